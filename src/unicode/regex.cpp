#include "unicode/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <new>

#include "base/fail.h"
#include "io/utf8.h"
#include "unicode/regex_translate.h"

namespace sememe {
namespace {

constexpr std::size_t kMaxPattern = 1 << 16;
constexpr std::size_t kWindow = 256;                       // starts that are tried between two looks at the clock
constexpr std::uint32_t kHeapLimit = 512 * 1024;           // KiB, where nothing could be compiled to machine code
constexpr std::size_t kStack = std::size_t{1} << 20;       // of compiled code, a thread
constexpr std::size_t kLargeStack = std::size_t{1} << 30;  // the same where that is too little; committed as it fills

struct Free {
  void operator()(pcre2_code* p) const { pcre2_code_free(p); }
  void operator()(pcre2_compile_context* p) const { pcre2_compile_context_free(p); }
  void operator()(pcre2_match_data* p) const { pcre2_match_data_free(p); }
  void operator()(pcre2_match_context* p) const { pcre2_match_context_free(p); }
  void operator()(pcre2_jit_stack* p) const { pcre2_jit_stack_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

/// What a search writes to; a thread has one for all its patterns.
struct Scratch {
  Owned<pcre2_match_data> data{pcre2_match_data_create(1, nullptr)};  // the whole match alone
  Owned<pcre2_match_context> context{pcre2_match_context_create(nullptr)};
  Owned<pcre2_jit_stack> stack{pcre2_jit_stack_create(32 * 1024, kStack, nullptr)};

  Scratch() {
    if (!data || !context) throw std::bad_alloc();
    pcre2_set_heap_limit(context.get(), kHeapLimit);
    if (stack) pcre2_jit_stack_assign(context.get(), nullptr, stack.get());  // without one, the machine's, 32 KiB
  }
};

Scratch& scratch() {
  thread_local Scratch of_thread;
  return of_thread;
}

std::string message_of(int error) {
  std::array<PCRE2_UCHAR, 256> text{};
  pcre2_get_error_message(error, text.data(), text.size());
  return reinterpret_cast<const char*>(text.data());
}

/// What this thread has worked: a search does not fail for a machine that is busy or was stopped meanwhile.
std::chrono::nanoseconds time_of_thread() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// How many of the first bytes belong to a code point that began before.
std::size_t continuation_bytes(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && is_utf8_continuation(text[n])) ++n;
  return n;
}

int run(const pcre2_code* code, std::string_view text, std::size_t from, Scratch& work) {
  const auto match = [&](std::uint32_t options) {
    return pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), from, PCRE2_NO_UTF_CHECK | options,
                       work.data.get(), work.context.get());
  };
  const int result = match(0);
  if (result != PCRE2_ERROR_JIT_STACKLIMIT) return result;
  const Owned<pcre2_jit_stack> large(pcre2_jit_stack_create(kStack, kLargeStack, nullptr));
  if (!large) return match(PCRE2_NO_JIT);
  pcre2_jit_stack_assign(work.context.get(), nullptr, large.get());
  const int second = match(0);
  pcre2_jit_stack_assign(work.context.get(), nullptr, work.stack.get());
  return second;
}

}  // namespace

struct Regex::Code {
  Owned<pcre2_code> code;
};

Regex::~Regex() = default;
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;

Regex::Regex(std::string_view pattern, RegexSyntax syntax) : pattern_(pattern) {
  if (pattern.size() > kMaxPattern) {
    fail(ErrorCode::kUnsupported, "regular expression of ", pattern.size(), " bytes: at most ", kMaxPattern,
         " are read");
  }
  require_utf8(pattern, "regular expression");
  const std::string translated = translate_regex(pattern, syntax);
  const Owned<pcre2_compile_context> context(pcre2_compile_context_create(nullptr));
  if (!context) throw std::bad_alloc();
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  int error = 0;
  PCRE2_SIZE offset = 0;
  Owned<pcre2_code> code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                                       PCRE2_UTF | PCRE2_USE_OFFSET_LIMIT, &error, &offset, context.get()));
  if (!code) {
    fail(ErrorCode::kUnsupported, "regular expression ", quote(pattern_), ": ", message_of(error), " in ",
         quote(std::string_view(translated).substr(offset > 40 ? offset - 40 : 0)));
  }
  pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);  // refused, for want of memory or rights: the interpreter runs
  code_ = std::make_unique<const Code>(Code{std::move(code)});
}

Regex::Matches::Matches(const Regex& regex, std::string_view text) : regex_(regex), text_(text) {}

bool Regex::Matches::took_too_long() {
  const std::chrono::nanoseconds now = time_of_thread();
  if (!deadline_) deadline_ = now + std::chrono::seconds(5 + text_.size() / 500'000);
  return now >= *deadline_;
}

std::optional<Regex::Match> Regex::Matches::next() {
  while (from_ <= text_.size()) {
    const std::optional<Match> match = search(from_);
    if (!match) {
      from_ = text_.size() + 1;
      return std::nullopt;
    }
    from_ = static_cast<std::size_t>(match->end);
    if (match->begin < match->end || last_end_ != from_) {
      last_end_ = from_;
      return match;
    }
    ++from_;
    if (from_ < text_.size()) from_ += continuation_bytes(text_.substr(from_));
  }
  return std::nullopt;
}

// The engine tries a window of starts at a time: its own limits count steps from one start and not all that a step
// does, so that only the clock bounds a quadratic pattern.
std::optional<Regex::Match> Regex::Matches::search(std::size_t from) {
  Scratch& work = scratch();
  const auto limit = static_cast<std::uint32_t>(std::min<std::size_t>(10'000'000 + 8 * text_.size(), UINT32_MAX));
  pcre2_set_match_limit(work.context.get(), limit);
  for (;;) {
    const std::size_t last = std::min(from + kWindow, text_.size());
    pcre2_set_offset_limit(work.context.get(), last);
    int result = run(regex_.code_->code.get(), text_, from, work);
    if (result >= 0) {
      const PCRE2_SIZE* const range = pcre2_get_ovector_pointer(work.data.get());
      if (++steps_ % kWindow != 0 || !took_too_long()) {
        return Match{static_cast<std::int32_t>(range[0]), static_cast<std::int32_t>(range[1])};
      }
      result = PCRE2_ERROR_MATCHLIMIT;
    }
    if (result == PCRE2_ERROR_NOMATCH && text_.size() > kWindow && took_too_long()) result = PCRE2_ERROR_MATCHLIMIT;
    if (result != PCRE2_ERROR_NOMATCH) {
      fail(ErrorCode::kUnsupported, "regular expression ", quote(regex_.pattern_),
           " takes too long or too much memory on a text of ", text_.size(), " bytes (", message_of(result),
           "): simplify the pattern or shorten the text");
    }
    if (last == text_.size()) return std::nullopt;
    from = last;
    from += continuation_bytes(text_.substr(from));
  }
}

}  // namespace sememe
