#include "cli/arguments.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstdlib>

#include "base/fail.h"
#include "cli/suggestion.h"

namespace sememe::cli {

std::string environment_twin(std::string_view flag) {
  std::string name = "SEMEME_";
  for (const char c : flag)
    name.push_back(c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c));
  return name;
}

std::vector<std::string_view> choices_of(const Option& option) {
  std::vector<std::string_view> choices;
  for (std::string_view rest = option.value; !rest.empty();) {
    const std::size_t bar = std::min(rest.find('|'), rest.size());
    choices.push_back(rest.substr(0, bar));
    rest.remove_prefix(std::min(bar + 1, rest.size()));
  }
  return choices;
}

const Arguments::Value* Arguments::find(std::string_view name) const {
  const auto at = values_.find(name);
  return at == values_.end() ? nullptr : &at->second;
}

Source Arguments::source(std::string_view name) const {
  const Value* const value = find(name);
  return value == nullptr ? Source::kNone : value->source;
}

std::optional<std::string> Arguments::text(std::string_view name) const {
  const Value* const value = find(name);
  return value == nullptr ? std::nullopt : std::optional(value->text);
}

std::vector<std::string> Arguments::texts(std::string_view name) const {
  const Value* const value = find(name);
  return value == nullptr ? std::vector<std::string>() : value->texts;
}

std::optional<std::int64_t> Arguments::number(std::string_view name) const {
  const Value* const value = find(name);
  return value == nullptr ? std::nullopt : std::optional(value->number);
}

std::optional<bool> Arguments::toggle(std::string_view name) const {
  const Value* const value = find(name);
  return value == nullptr ? std::nullopt : std::optional(value->number != 0);
}

/// One pass over the words, left to right.
class Parser {
 public:
  explicit Parser(std::span<const std::string_view> words) : words_(words) {}

  Request parse() {
    while (next_ < words_.size() && request_.kind == Request::Kind::kRun) {
      const std::string_view word = words_[next_++];
      if (only_operands_ || word.size() < 2 || word[0] != '-')
        operand(word);
      else if (word == "--")
        only_operands_ = true;
      else if (word.starts_with("--"))
        long_flag(word);
      else
        short_flags(word);
    }
    if (request_.kind == Request::Kind::kRun && request_.arguments.command_ != nullptr) read_environment();
    return std::move(request_);
  }

 private:
  template <class Visit>
  void for_each_option(Visit visit) const {
    if (request_.arguments.command_ != nullptr)
      for (const OptionGroup& group : request_.arguments.command_->groups)
        for (const Option& option : group.options) visit(option);
    for (const Option& option : shared_options().options) visit(option);
  }

  void operand(std::string_view word) {
    const Command* const command = request_.arguments.command_;
    if (command == nullptr || command->is_group()) return choose_command(word);
    if (!command->subcommands.empty() && words_[next_ - 2] == command->name) return choose_command(word);
    auto& operands = request_.arguments.operands_;
    if (static_cast<std::int64_t>(operands.size()) >= command->max_operands)
      fail(ErrorCode::kInvalidArgument, path_of(*command), ": unexpected argument ", quote(word),
           command->max_operands == 0 ? "; it takes flags only" : concat("; it takes ", command->operands));
    operands.emplace_back(word);
  }

  void choose_command(std::string_view word) {
    const Command* const group = request_.arguments.command_;
    std::vector<std::string_view> names;
    for (const Command* command : group == nullptr ? commands() : group->subcommands) {
      if (command->name == word) {
        request_.arguments.command_ = command;
        return;
      }
      names.push_back(command->name);
    }
    const std::string before = group == nullptr ? std::string() : path_of(*group) + " ";
    fail(ErrorCode::kInvalidArgument, "unknown command ", quote(before + std::string(word)),
         only_operands_ || nearest(word, names).empty() ? concat("; sememe ", before, "--help lists them")
                                                        : did_you_mean(word, names));
  }

  void long_flag(std::string_view word) {
    const std::size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals), bare = name.substr(2);
    const Option* found = nullptr;
    bool positive = true;
    for_each_option([&](const Option& option) {
      if (option.name == bare) found = &option, positive = true;
      if (option.negatable && bare.starts_with("no-") && bare.substr(3) == option.name)
        found = &option, positive = false;
    });
    if (found == nullptr) unknown_flag(name);
    if (found->is_switch()) {
      if (equals != std::string_view::npos)
        fail(ErrorCode::kInvalidArgument, "flag '", name, "' takes no value; found ", quote(word));
      set_switch(*found, positive);
    } else {
      set_value(*found, name, equals != std::string_view::npos ? word.substr(equals + 1) : take_value(*found, name),
                Source::kCommandLine);
    }
  }

  void short_flags(std::string_view word) {
    for (std::size_t i = 1; i < word.size(); ++i) {
      const Option* found = nullptr;
      for_each_option([&](const Option& option) {
        if (option.letter == word[i]) found = &option;
      });
      if (found == nullptr) unknown_flag(i == 1 ? word : word.substr(i, 1));
      if (!found->is_switch()) {
        const std::string_view rest = word.substr(i + 1), name = word.substr(i, 1);
        set_value(*found, concat('-', name), rest.empty() ? take_value(*found, concat('-', name)) : rest,
                  Source::kCommandLine);
        return;
      }
      set_switch(*found, true);
      if (request_.kind != Request::Kind::kRun) return;
    }
  }

  std::string_view take_value(const Option& option, std::string_view name) {
    if (next_ == words_.size())
      fail(ErrorCode::kInvalidArgument, "flag '", name, "' needs a value (", option.value, ")");
    return words_[next_++];
  }

  void set_switch(const Option& option, bool positive) {
    if (option.name == "help") request_.kind = Request::Kind::kHelp;
    if (option.name == "version") request_.kind = Request::Kind::kVersion;
    request_.arguments.values_.insert_or_assign(
        std::string(option.name), Arguments::Value{.number = positive ? 1 : 0, .source = Source::kCommandLine});
  }

  /// `name` is how the user wrote it.
  void set_value(const Option& option, std::string_view name, std::string_view text, Source source) {
    Arguments::Value value{.text = std::string(text), .source = source};
    if (option.is_number()) {
      const char* const end = text.data() + text.size();
      const auto [stop, status] = std::from_chars(text.data(), end, value.number);
      if (status != std::errc() || stop != end || value.number < option.least || value.number > option.most)
        fail(ErrorCode::kInvalidArgument, name, ": expected a whole number from ", option.least, " to ", option.most,
             ", found ", quote(text));
    } else if (option.is_choice()) {
      const std::vector<std::string_view> choices = choices_of(option);
      if (std::find(choices.begin(), choices.end(), text) == choices.end()) {
        std::string expected;
        for (const std::string_view choice : choices) expected.append(expected.empty() ? "" : ", ").append(choice);
        fail(ErrorCode::kInvalidArgument, name, ": expected one of ", expected, ", found ", quote(text),
             did_you_mean(text, choices));
      }
    }
    if (option.repeats) {
      const Arguments::Value* const before = request_.arguments.find(option.name);
      if (before != nullptr) value.texts = before->texts;
      value.texts.push_back(value.text);
    }
    request_.arguments.values_.insert_or_assign(std::string(option.name), std::move(value));
  }

  void read_environment() {
    for_each_option([&](const Option& option) {
      if (option.name == "help" || option.name == "version" || request_.arguments.given(option.name)) return;
      const std::string twin = environment_twin(option.name);
      const char* const text = std::getenv(twin.c_str());
      if (text == nullptr || *text == '\0') return;
      if (!option.is_switch()) return set_value(option, twin, text, Source::kEnvironment);
      const std::string_view state = text;
      const bool yes = state == "1" || state == "true" || state == "yes" || state == "on";
      if (!yes && state != "0" && state != "false" && state != "no" && state != "off")
        fail(ErrorCode::kInvalidArgument, twin, ": expected 1 or 0, found ", quote(state));
      request_.arguments.values_.insert_or_assign(
          std::string(option.name), Arguments::Value{.number = yes ? 1 : 0, .source = Source::kEnvironment});
    });
  }

  [[noreturn]] void unknown_flag(std::string_view name) const {
    std::vector<std::string> flags;
    for_each_option([&](const Option& option) {
      flags.push_back(concat("--", option.name));
      if (option.negatable) flags.push_back(concat("--no-", option.name));
    });
    const std::vector<std::string_view> views(flags.begin(), flags.end());
    std::string hint = name.starts_with("--") ? did_you_mean(name, views) : std::string();
    if (hint.empty() && (request_.arguments.command_ == nullptr || request_.arguments.command_->is_group()))
      hint = "; flags of a command stand after its name";
    if (hint.empty() && request_.arguments.command_->max_operands > 0)
      hint = "; write -- before a text that begins with a dash";
    fail(ErrorCode::kInvalidArgument, "unknown flag ", quote(name.size() == 1 ? concat('-', name) : std::string(name)),
         hint);
  }

  std::span<const std::string_view> words_;
  std::size_t next_ = 0;
  bool only_operands_ = false;
  Request request_;
};

Request parse_arguments(std::span<const std::string_view> words) { return Parser(words).parse(); }

}  // namespace sememe::cli
