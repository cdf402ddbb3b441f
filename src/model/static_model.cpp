#include "model/static_model.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>

#include "base/fail.h"
#include "io/safetensors.h"
#include "kernels/kernels.h"

namespace sememe {
namespace {

constexpr std::int64_t kRowsPerJob = 1024;
constexpr std::int64_t kMaxWidth = 1 << 17;

struct StaticTensors {
  const Tensor* table = nullptr;
  const Tensor* mapping = nullptr;
  const Tensor* weights = nullptr;

  std::int64_t tokens() const { return mapping != nullptr ? mapping->shape[0] : table->shape[0]; }
};

[[noreturn]] void fail_tensor(const Tensor& tensor, std::string_view expected) {
  fail(ErrorCode::kCorrupt, tensor.file->string(), ": tensor '", tensor.name, "' is ", dtype_name(tensor.dtype), " ",
       shape_text(tensor.shape), "; expected ", expected);
}

StaticTensors find_static_tensors(const TensorStore& store) {
  StaticTensors t;
  for (const char* name : {"embeddings", "embedding.weight"})
    if (t.table == nullptr) t.table = store.find(name);
  if (t.table == nullptr)
    fail(ErrorCode::kCorrupt, store.files().front().string(),
         ": no table of a static model; expected a tensor 'embeddings' or 'embedding.weight'");
  if (t.table->shape.size() != 2 || t.table->shape[0] < 1 || t.table->shape[1] < 1 || t.table->shape[1] > kMaxWidth)
    fail_tensor(*t.table, concat("(tokens, dimensions), at most ", kMaxWidth, " dimensions"));
  if (!is_floating(t.table->dtype) && t.table->dtype != DType::kI8)
    fail(ErrorCode::kUnsupported, t.table->file->string(), ": tensor '", t.table->name, "' is ",
         dtype_name(t.table->dtype), "; expected F32, F16, BF16, F64 or I8");
  t.mapping = store.find("mapping");
  if (t.mapping != nullptr && (t.mapping->shape.size() != 1 || t.mapping->shape[0] < 1 ||
                               (t.mapping->dtype != DType::kI32 && t.mapping->dtype != DType::kI64)))
    fail_tensor(*t.mapping, "I32 or I64 of one row number a token");
  t.weights = store.find("weights");
  if (t.weights != nullptr &&
      (t.weights->shape.size() != 1 || t.weights->shape[0] != t.tokens() || !is_floating(t.weights->dtype)))
    fail_tensor(*t.weights, concat("a floating-point factor for each of ", t.tokens(), " tokens"));
  return t;
}

std::int64_t mapped_row(const Tensor& mapping, std::int64_t token) {
  if (mapping.dtype == DType::kI32) {
    std::int32_t row;
    std::memcpy(&row, mapping.data.data() + token * std::int64_t{sizeof row}, sizeof row);
    return row;
  }
  std::int64_t row;
  std::memcpy(&row, mapping.data.data() + token * std::int64_t{sizeof row}, sizeof row);
  return row;
}

void copy_row(const Tensor& table, std::int64_t row, std::span<float> out) {
  const std::int64_t first = row * std::ssize(out);
  if (table.is_numbers()) return copy_to_float(table, first, out);  // else bytes of model2vec, which are numbers alone
  for (std::size_t k = 0; k < out.size(); ++k)
    out[k] = static_cast<std::int8_t>(table.data[static_cast<std::size_t>(first) + k]);
}

void fill_row(const StaticTensors& t, std::int64_t token, std::span<float> out) {
  const std::int64_t row = t.mapping == nullptr ? token : mapped_row(*t.mapping, token);
  if (row < 0 || row >= t.table->shape[0])
    fail(ErrorCode::kCorrupt, t.mapping->file->string(), ": mapping of token ", token, ": expected a row below ",
         t.table->shape[0], ", found ", row);
  copy_row(*t.table, row, out);
  if (t.weights == nullptr) return;
  float weight = 0;
  copy_to_float(*t.weights, token, {&weight, 1});
  for (float& x : out) x *= weight;
}

}  // namespace

EncoderConfig read_static_config(const std::filesystem::path& folder, bool sentence_transformers) {
  const TensorStore store = open_weights(folder);
  const StaticTensors t = find_static_tensors(store);
  EncoderConfig c;
  c.family = Family::kStatic;
  c.model_type = "static";
  c.hidden_size = t.table->shape[1];
  c.heads = 1;
  c.vocab_size = t.tokens();
  c.max_positions = std::numeric_limits<std::int32_t>::max();
  c.activation = Activation::kIdentity;
  c.activation_name = "none";
  c.embedding_norm = false;
  c.leaves_out_unknown = !sentence_transformers || t.mapping != nullptr || t.weights != nullptr;
  return c;
}

EncoderWeights load_static_weights(const std::filesystem::path& folder, const EncoderConfig& config, ThreadPool& pool) {
  EncoderWeights w{.store = open_weights(folder)};
  const StaticTensors t = find_static_tensors(w.store);
  const std::int64_t rows = config.vocab_size, d = config.hidden_size;
  constexpr std::int64_t kMostNumbers = std::int64_t{1}
                                        << 31;  // a small file could ask for any number of copies of a row
  if (rows > kMostNumbers / d)
    fail(ErrorCode::kUnsupported, t.table->file->string(), ": a table of ", rows, " tokens by ", d,
         " numbers; expected at most ", kMostNumbers, " numbers");
  w.dtype = dtype_name(t.table->dtype);
  w.parameters = t.table->size() + (t.weights == nullptr ? 0 : t.weights->size());
  const bool in_place = t.mapping == nullptr && t.weights == nullptr && t.table->dtype == DType::kF32 &&
                        reinterpret_cast<std::uintptr_t>(t.table->data.data()) % alignof(float) == 0;
  if (!in_place) w.words_table.copy = Buffer<float>(rows * d);
  w.words_table.view = {in_place ? reinterpret_cast<const float*>(t.table->data.data()) : w.words_table.copy.data(),
                        rows, d};
  std::atomic<bool> finite{true};
  for_each_block(pool, rows, kRowsPerJob, [&](std::int64_t first, std::int64_t count, int) {
    if (!in_place)
      for (std::int64_t i = first; i < first + count; ++i)
        fill_row(t, i, {w.words_table.copy.data() + i * d, static_cast<std::size_t>(d)});
    if (!kernels().all_finite(w.words_table.view.row(first), count * d)) finite.store(false, std::memory_order_relaxed);
  });
  w.words.floats = w.words_table.view;
  if (!finite) fail_not_finite(*t.table);
  w.store.release_pages(*t.table);
  return w;
}

void mean_rows(std::span<const std::int32_t> ids, MatView<const float> table, std::span<float> out) {
  std::fill(out.begin(), out.end(), 0.0F);
  const auto axpy = kernels().axpy;
  for (const std::int32_t id : ids) axpy(1, table.row(id), out.data(), table.cols);
  const auto count = static_cast<double>(std::max<std::size_t>(ids.size(), 1));
  for (float& x : out) x = static_cast<float>(x / count);
}

}  // namespace sememe
