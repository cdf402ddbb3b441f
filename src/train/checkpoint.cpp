#include "train/checkpoint.h"

#include <algorithm>
#include <cmath>

#include "base/fail.h"
#include "io/json.h"
#include "io/safetensors.h"
#include "io/safetensors_writer.h"

namespace sememe::train {
namespace {

constexpr std::string_view kValue = "value/", kFirst = "first/", kSecond = "second/";

void add(std::vector<TensorToWrite>& out, std::string_view kind, const Parameter<float>& p, const Buffer<float>& data) {
  if (!data.empty())
    out.push_back({.name = concat(kind, p.name), .shape = p.shape, .data = std::as_bytes(data.span())});
}

void read(const TensorStore& store, std::string_view kind, const Parameter<float>& p, Buffer<float>& out) {
  const Tensor* const tensor = store.find(concat(kind, p.name));
  if (tensor == nullptr) return;
  if (tensor->shape != p.shape)
    fail(ErrorCode::kCorrupt, tensor->file->string(), ": tensor '", tensor->name, "' is ", shape_text(tensor->shape),
         " but the model makes it ", shape_text(p.shape));
  if (out.empty()) out = Buffer<float>(tensor->size());
  copy_to_float(*tensor, 0, out.span());
}

void require_values(const TensorStore& store, const ParameterSet<float>& parameters) {
  for (const auto& p : parameters.all())
    if (store.find(concat(kValue, p->name)) == nullptr)
      fail(ErrorCode::kCorrupt, store.files().front().string(), ": tensor '", p->name, "' is missing");
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const ParameterSet<float>& parameters, Optimizer& optimizer,
                     const Progress& progress, const std::string& recipe) {
  std::vector<TensorToWrite> tensors;
  for (std::size_t i = 0; i < parameters.all().size(); ++i) {
    const Parameter<float>& p = *parameters.all()[i];
    add(tensors, kValue, p, p.value);
    if (i >= optimizer.states().size()) continue;
    add(tensors, kFirst, p, optimizer.states()[i].first);
    add(tensors, kSecond, p, optimizer.states()[i].second);
  }
  write_safetensors(path, std::move(tensors),
                    {{"recipe", recipe},
                     {"step", std::to_string(progress.step)},
                     {"best_step", std::to_string(progress.best_step)},
                     {"best_value", concat(progress.best_value)},
                     {"first_loss", concat(progress.first_loss)}});
}

Progress load_checkpoint(const std::filesystem::path& path, ParameterSet<float>& parameters, Optimizer& optimizer,
                         const std::string& recipe) {
  const TensorStore store = TensorStore::open(path);
  const auto fact = [&](const std::string& key) {
    const auto at = store.metadata().find(key);
    if (at == store.metadata().end()) fail(ErrorCode::kCorrupt, path.string(), ": does not say its ", key);
    return at->second;
  };
  if (fact("recipe") != recipe)
    fail(ErrorCode::kInvalidArgument, path.string(),
         ": is of a training with other options; resume with the same ones, or train into another folder");
  require_values(store, parameters);
  optimizer.states().resize(parameters.all().size());
  for (std::size_t i = 0; i < parameters.all().size(); ++i) {
    Parameter<float>& p = *parameters.all()[i];
    Optimizer::State& s = optimizer.states()[i];
    read(store, kValue, p, p.value);
    read(store, kFirst, p, s.first);
    read(store, kSecond, p, s.second);
    if (!p.by_rows || s.first.empty()) continue;
    p.moving.assign(static_cast<std::size_t>(p.rows()), 0);
    for (std::int64_t at = 0; at < s.first.size(); ++at)
      if (s.first[at] != 0 || (!s.second.empty() && s.second[at] != 0))
        p.moving[static_cast<std::size_t>(at / p.cols())] = 1;
  }
  Progress progress;
  try {
    progress = {.step = std::stoll(fact("step")),
                .best_step = std::stoll(fact("best_step")),
                .best_value = std::stod(fact("best_value")),
                .first_loss = std::stod(fact("first_loss"))};
  } catch (const std::logic_error&) {
    fail(ErrorCode::kCorrupt, path.string(), ": its step is not a number");
  }
  optimizer.set_steps(progress.step);
  return progress;
}

void save_parameters(const std::filesystem::path& path, const ParameterSet<float>& parameters) {
  std::vector<TensorToWrite> tensors;
  for (const auto& p : parameters.all()) add(tensors, kValue, *p, p->value);
  write_safetensors(path, std::move(tensors), {});
}

void load_parameters(const std::filesystem::path& path, ParameterSet<float>& parameters) {
  const TensorStore store = TensorStore::open(path);
  require_values(store, parameters);
  for (const auto& p : parameters.all()) read(store, kValue, *p, p->value);
}

}  // namespace sememe::train
