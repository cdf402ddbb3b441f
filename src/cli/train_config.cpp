#include "cli/train_config.h"

#include <functional>
#include <map>

#include "base/fail.h"
#include "cli/suggestion.h"

namespace sememe::cli {
namespace {

namespace fs = std::filesystem;

/// What is done with the value of each key of an object; a key without an entry is an error that suggests one.
using Keys = std::map<std::string_view, std::function<void(const Json&)>>;

void read_keys(const Json& object, const Keys& keys) {
  for (const auto& [key, value] : object.members()) {
    const auto at = keys.find(key);
    if (at != keys.end()) {
      at->second(value);
      continue;
    }
    std::vector<std::string_view> names;
    std::string known;
    for (const auto& [name, use] : keys) {
      names.push_back(name);
      known.append(known.empty() ? "" : ", ").append(name);
    }
    const std::string meant = did_you_mean(key, names);
    fail(ErrorCode::kInvalidArgument, object.where(), ": there is no key ", quote(key),
         meant.empty() ? concat("; the keys are ", known) : meant);
  }
}

auto into(std::string& out) {
  return [&out](const Json& v) { out = v.as_string(); };
}
auto into(std::int64_t& out) {
  return [&out](const Json& v) { out = v.as_int(); };
}
auto into(double& out) {
  return [&out](const Json& v) { out = v.as_number(); };
}
auto into(bool& out) {
  return [&out](const Json& v) { out = v.as_bool(); };
}
auto into(std::optional<double>& out) {
  return [&out](const Json& v) { out = v.as_number(); };
}
auto into(std::optional<bool>& out) {
  return [&out](const Json& v) { out = v.as_bool(); };
}
auto into(std::optional<std::string>& out) {
  return [&out](const Json& v) { out = v.as_string(); };
}
auto into(std::vector<std::string>& out) {
  return [&out](const Json& v) {
    if (v.is_string()) return out.emplace_back(v.as_string()), void();
    for (const Json& e : v.elements()) out.emplace_back(e.as_string());
  };
}
auto into(std::vector<std::int64_t>& out) {
  return [&out](const Json& v) {
    for (const Json& e : v.elements()) out.push_back(e.as_int());
  };
}
auto into(std::vector<double>& out) {
  return [&out](const Json& v) {
    for (const Json& e : v.elements()) out.push_back(e.as_number());
  };
}

/// A loss: its name, or an object with its numbers.
LossOptions read_loss(const Json& json) {
  LossOptions loss;
  if (json.is_string()) {
    loss.name = json.as_string();
    return loss;
  }
  read_keys(json, {{"name", into(loss.name)},
                   {"scale", into(loss.scale)},
                   {"margin", into(loss.margin)},
                   {"temperature", into(loss.temperature)},
                   {"mask", into(loss.mask)},
                   {"distance", into(loss.distance)},
                   {"symmetric", into(loss.symmetric)},
                   {"matryoshka", into(loss.matryoshka)},
                   {"matryoshka_weights", into(loss.matryoshka_weights)}});
  return loss;
}

/// A path as the file has it, from the file's folder; a name that is no folder there stays a name.
fs::path from_folder(const fs::path& folder, std::string_view text, bool may_be_name) {
  const fs::path path(text);
  if (path.is_absolute()) return path;
  std::error_code ignored;
  const fs::path inside = (folder / path).lexically_normal();
  return may_be_name && !fs::exists(inside, ignored) ? path : inside;
}

TrainData read_data(const Json& json, const fs::path& folder) {
  TrainData data;
  if (json.is_string()) {
    data.file = from_folder(folder, json.as_string(), false);
    return data;
  }
  read_keys(json, {{"file", [&](const Json& v) { data.file = from_folder(folder, v.as_string(), false); }},
                   {"columns", into(data.columns)},
                   {"labels", into(data.labels)},
                   {"label", into(data.labels)},
                   {"range",
                    [&](const Json& v) {
                      const auto [low, high] = v.pair();
                      data.low = low.as_number();
                      data.high = high.as_number();
                    }},
                   {"weight", into(data.weight)},
                   {"skip_empty", into(data.skip_empty)},
                   {"prompts", into(data.prompts)},
                   {"license", into(data.license)},
                   {"loss", [&](const Json& v) { data.loss = read_loss(v); }}});
  if (data.file.empty()) json.fail("file is missing");
  return data;
}

/// One set of data, or a list of them.
std::vector<TrainData> read_all_data(const Json& json, const fs::path& folder) {
  std::vector<TrainData> all;
  if (!json.is_array()) return {read_data(json, folder)};
  for (const Json& e : json.elements()) all.push_back(read_data(e, folder));
  return all;
}

}  // namespace

TrainOptions read_train_config(const fs::path& path) {
  const JsonDocument document = JsonDocument::load(path);
  const fs::path folder = path.parent_path();
  TrainOptions o;
  const auto model_into = [&](std::string& out) {
    return [&out, &folder](const Json& v) { out = from_folder(folder, v.as_string(), true).string(); };
  };
  read_keys(document.root(), {{"model", model_into(o.model)},
                              {"pooling", into(o.pooling)},
                              {"teacher", model_into(o.teacher)},
                              {"guide", model_into(o.guide)},
                              {"scratch",
                               [&](const Json& v) {
                                 ScratchOptions s;
                                 read_keys(v, {{"hidden_size", into(s.hidden_size)},
                                               {"layers", into(s.layers)},
                                               {"heads", into(s.heads)},
                                               {"intermediate_size", into(s.intermediate_size)},
                                               {"max_positions", into(s.max_positions)},
                                               {"vocab_size", into(s.vocab_size)}});
                                 o.scratch = s;
                               }},
                              {"student",
                               [&](const Json& v) {
                                 StudentOptions s;
                                 read_keys(v, {{"layers", into(s.layers)}, {"vocab_size", into(s.vocab_size)}});
                                 o.student = s;
                               }},
                              {"pretrain",
                               [&](const Json& v) {
                                 PretrainOptions p;
                                 read_keys(v, {{"data", [&](const Json& d) { p.data = read_all_data(d, folder); }},
                                               {"mask", into(p.mask)},
                                               {"epochs", into(p.epochs)},
                                               {"max_steps", into(p.max_steps)},
                                               {"batch_size", into(p.batch_size)},
                                               {"learning_rate", into(p.learning_rate)}});
                                 o.pretrain = p;
                               }},
                              {"lora",
                               [&](const Json& v) {
                                 LoraOptions l;
                                 const auto targets = [&](const Json& names) {
                                   l.target_modules.clear();
                                   into(l.target_modules)(names);
                                 };
                                 read_keys(v, {{"rank", into(l.rank)},
                                               {"r", into(l.rank)},
                                               {"alpha", into(l.alpha)},
                                               {"lora_alpha", into(l.alpha)},
                                               {"dropout", into(l.dropout)},
                                               {"lora_dropout", into(l.dropout)},
                                               {"target_modules", targets}});
                                 o.lora = l;
                               }},
                              {"data", [&](const Json& v) { o.data = read_all_data(v, folder); }},
                              {"loss", [&](const Json& v) { o.loss = read_loss(v); }},
                              {"epochs", into(o.epochs)},
                              {"max_steps", into(o.max_steps)},
                              {"batch_size", into(o.batch_size)},
                              {"mini_batch", into(o.mini_batch)},
                              {"accumulate", into(o.accumulate)},
                              {"no_duplicates", into(o.no_duplicates)},
                              {"max_tokens", into(o.max_tokens)},
                              {"optimizer", into(o.optimizer)},
                              {"learning_rate", into(o.learning_rate)},
                              {"schedule", into(o.schedule)},
                              {"warmup", into(o.warmup)},
                              {"weight_decay", into(o.weight_decay)},
                              {"momentum", into(o.momentum)},
                              {"max_grad_norm", into(o.max_grad_norm)},
                              {"layer_decay", into(o.layer_decay)},
                              {"freeze", into(o.freeze)},
                              {"dropout", into(o.dropout)},
                              {"eval",
                               [&](const Json& v) {
                                 std::vector<std::string> tasks;
                                 into(tasks)(v);
                                 for (const std::string& text : tasks) {
                                   EvalTask task = parse_eval_task(text);
                                   task.path = from_folder(folder, task.path.string(), false);
                                   o.eval.push_back(task);
                                 }
                               }},
                              {"eval_steps", into(o.eval_steps)},
                              {"save_steps", into(o.save_steps)},
                              {"doctor", into(o.doctor)},
                              {"seed", [&](const Json& v) {
                                 if (v.as_int() < 0) v.fail(concat("expected a number from 0 on, found ", v.as_int()));
                                 o.seed = static_cast<std::uint64_t>(v.as_int());
                               }}});
  return o;
}

}  // namespace sememe::cli
