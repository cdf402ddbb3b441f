#include "words/training_checkpoint.h"

#include <charconv>
#include <system_error>
#include <utility>

#include "base/fail.h"
#include "base/log.h"
#include "io/safetensors_writer.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;

template <class Number>
Number number_in(const TensorStore& store, const std::string& name) {
  const auto at = store.metadata().find(name);
  Number number{};
  if (at != store.metadata().end()) {
    const char* const end = at->second.data() + at->second.size();
    const auto [stop, status] = std::from_chars(at->second.data(), end, number);
    if (status == std::errc() && stop == end && number >= 0) return number;
  }
  fail(ErrorCode::kCorrupt, store.files().front().string(), ": does not say its ", name);
}

}  // namespace

TrainingCheckpoint::TrainingCheckpoint(const WordCheckpoints& options, Settings settings)
    : options_(options), settings_(std::move(settings)) {
  std::error_code ignored;
  if (options_.file.empty()) return;
  if (options_.resume) remove_leftovers();
  if (!fs::exists(options_.file, ignored)) return;
  if (!options_.resume)
    fail(ErrorCode::kInvalidArgument, options_.file.string(),
         ": there is a checkpoint already; resume its training, or remove it to begin anew");
  store_ = TensorStore::open(options_.file);
  require_same("training", settings_.at("training"));
  for (const auto& [name, value] : settings_) require_same(name, value);
}

void TrainingCheckpoint::require_same(const std::string& name, const std::string& value) const {
  const auto at = store_->metadata().find(name);
  if (at == store_->metadata().end())
    fail(ErrorCode::kCorrupt, options_.file.string(), ": is no checkpoint of word vectors; it does not say its ", name);
  if (at->second != value)
    fail(ErrorCode::kInvalidArgument, options_.file.string(), ": is of a training with ", name, " ", quote(at->second),
         ", and this one has ", quote(value), "; resume with the same settings, or remove it to begin anew");
}

void TrainingCheckpoint::remove_leftovers() const {
  // What a run that was killed left half-written.
  const std::string begin = concat(".", options_.file.filename().string(), ".");
  std::error_code ignored;
  const fs::path folder = fs::absolute(options_.file, ignored).parent_path();
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(begin) && name.ends_with(".tmp")) fs::remove(entry.path(), ignored);
  }
}

void TrainingCheckpoint::set_corpus(std::uint64_t fingerprint) {
  const std::string value = concat(fingerprint);
  settings_["corpus"] = value;
  if (!store_) return;
  const auto at = store_->metadata().find("corpus");
  if (at == store_->metadata().end() || at->second != value)
    fail(ErrorCode::kInvalidArgument, options_.file.string(),
         ": is of a training on another corpus; resume with the same files in the same order, or remove it to begin "
         "anew");
}

TrainingPlace TrainingCheckpoint::load(std::span<const Part> parts) {
  saved_ = Clock::now();
  if (!store_) return {};
  for (const Part& part : parts) {
    const Tensor* const tensor = store_->find(part.name);
    if (tensor == nullptr || tensor->dtype != DType::kF32 || std::cmp_not_equal(tensor->size(), part.values.size()))
      fail(ErrorCode::kCorrupt, options_.file.string(), ": expected ", part.values.size(), " floats named '", part.name,
           "'");
    copy_to_float(*tensor, 0, part.values);
    store_->release_pages(*tensor);
  }
  const TrainingPlace place{.epoch = number_in<std::int64_t>(*store_, "place.epoch"),
                            .steps = number_in<std::int64_t>(*store_, "place.steps"),
                            .all_steps = number_in<std::int64_t>(*store_, "place.all_steps"),
                            .items = number_in<std::int64_t>(*store_, "place.items"),
                            .loss = number_in<double>(*store_, "place.loss")};
  store_.reset();
  return place;
}

void TrainingCheckpoint::save_if_due(std::span<const Part> parts, const TrainingPlace& place) {
  if (options_.file.empty() || std::chrono::duration<double>(Clock::now() - saved_).count() < options_.seconds) return;
  std::vector<TensorToWrite> tensors;
  for (const Part& part : parts)
    tensors.push_back({.name = part.name, .shape = {std::ssize(part.values)}, .data = std::as_bytes(part.values)});
  std::map<std::string, std::string> facts = settings_;
  facts["place.epoch"] = concat(place.epoch);
  facts["place.steps"] = concat(place.steps);
  facts["place.all_steps"] = concat(place.all_steps);
  facts["place.items"] = concat(place.items);
  facts["place.loss"] = concat(place.loss);
  try {
    write_safetensors(options_.file, std::move(tensors), facts);
  } catch (const Error& error) {  // hours of work are worth more than their copy
    log_warning("no checkpoint was written, and the training goes on without: ", error.what());
  }
  saved_ = Clock::now();
}

}  // namespace sememe
