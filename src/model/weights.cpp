#include "model/weights.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cmath>

#include "base/fail.h"
#include "io/bundle.h"
#include "kernels/kernels.h"
#include "model/static_model.h"
#include "model/tensor_names.h"

namespace sememe {
namespace {

constexpr std::int64_t kChunk = 1 << 16;  // elements that one job converts or checks

const Tensor& find_tensor(const TensorStore& store, std::span<const std::string> names,
                          std::initializer_list<std::int64_t> shape) {
  const Tensor* tensor = nullptr;
  for (const std::string& name : names)
    if (tensor == nullptr) tensor = store.find(name);
  if (tensor == nullptr)
    fail(ErrorCode::kCorrupt, store.files().front().string(), ": tensor '", names.front(),
         "' is missing; the weights are not those of this config.json's model_type");
  if (!std::equal(shape.begin(), shape.end(), tensor->shape.begin(), tensor->shape.end()))
    fail(ErrorCode::kCorrupt, tensor->file->string(), ": tensor '", tensor->name, "' is ", shape_text(tensor->shape),
         " but the sizes in config.json make it ", shape_text({shape.begin(), shape.size()}),
         "; the two files are probably from different models");
  if (!tensor->is_numbers())
    fail(ErrorCode::kUnsupported, tensor->file->string(), ": tensor '", tensor->name, "' is ",
         dtype_name(tensor->dtype), "; expected floating-point weights (F32, F16, BF16, F64), or bytes (I8) with '",
         tensor->name, kScaleEnding, "'");
  return *tensor;
}

const float* aligned_floats(const Tensor& tensor) {
  const bool aligned = reinterpret_cast<std::uintptr_t>(tensor.data.data()) % alignof(float) == 0;
  return tensor.dtype == DType::kF32 && aligned ? reinterpret_cast<const float*>(tensor.data.data()) : nullptr;
}

/// Runs check(first, count) -> bool over [0, size) in chunks on the pool; false if any was false.
bool all_chunks(std::int64_t size, ThreadPool& pool, FunctionRef<bool(std::int64_t, std::int64_t)> check) {
  std::atomic<bool> good{true};
  for_each_block(pool, size, kChunk, [&](std::int64_t first, std::int64_t count, int) {
    if (!check(first, count)) good.store(false, std::memory_order_relaxed);
  });
  return good.load();
}

bool all_finite(const float* x, std::int64_t n) { return kernels().all_finite(x, n); }

void check_finite(const Tensor& tensor, const float* data, ThreadPool& pool) {
  if (!all_chunks(tensor.size(), pool, [&](std::int64_t first, std::int64_t n) { return all_finite(data + first, n); }))
    fail_not_finite(tensor);
}

/// The matrix as float32, looked at in place if it can be; every value is finite.
Table read_table(const TensorStore& store, const Tensor& tensor, ThreadPool& pool) {
  Table table;
  const float* data = aligned_floats(tensor);
  if (data == nullptr) {
    table.copy = Buffer<float>(tensor.size());
    copy_checked(tensor, table.copy.data(), pool);
    data = table.copy.data();
  } else {
    check_finite(tensor, data, pool);
  }
  store.release_pages(tensor);  // rows come back one page at a time, as texts need them
  table.view = {data, tensor.shape[0], tensor.shape[1]};
  return table;
}

/// Copies a small tensor (a bias, a gain) into out, checked.
void read_into(const TensorStore& store, std::span<const std::string> names, std::initializer_list<std::int64_t> shape,
               float* out) {
  const Tensor& tensor = find_tensor(store, names, shape);
  const std::int64_t size = tensor.size();
  copy_to_float(tensor, 0, {out, static_cast<std::size_t>(size)});
  if (!all_finite(out, size)) fail_not_finite(tensor);
}

class LayerReader {
 public:
  LayerReader(const TensorStore& store, const EncoderConfig& config, NumberType operands, ThreadPool& pool,
              std::int64_t& parameters)
      : store_(store), config_(config), operands_(operands), pool_(pool), parameters_(parameters) {}

  LayerWeights read(std::int64_t layer) {
    layer_ = layer;
    const std::int64_t d = config_.hidden_size, f = config_.intermediate_size;
    LayerWeights w;
    w.qkv = load({Param::kQueryWeight, Param::kKeyWeight, Param::kValueWeight},
                 {Param::kQueryBias, Param::kKeyBias, Param::kValueBias}, d, d);
    w.attention_out = load({Param::kAttentionOutWeight}, {Param::kAttentionOutBias}, d, d);
    w.up = load({Param::kUpWeight}, {Param::kUpBias}, f, d);
    w.down = load({Param::kDownWeight}, {Param::kDownBias}, d, f);
    w.attention_norm = norm(Param::kAttentionNormGamma, Param::kAttentionNormBeta);
    w.output_norm = norm(Param::kOutputNormGamma, Param::kOutputNormBeta);
    return w;
  }

  Norm norm(Param gamma, Param beta) {
    const std::int64_t d = config_.hidden_size;
    Norm n;
    n.gamma = Buffer<float>(d);
    n.beta = Buffer<float>(d);
    read_into(store_, tensor_names(config_.family, gamma, layer_), {d}, n.gamma.data());
    read_into(store_, tensor_names(config_.family, beta, layer_), {d}, n.beta.data());
    parameters_ += 2 * d;
    return n;
  }

 private:
  /// Several (out, in) matrices, stacked by rows.
  Linear load(std::initializer_list<Param> weights, std::initializer_list<Param> biases, std::int64_t out,
              std::int64_t in) {
    const auto parts = static_cast<std::int64_t>(weights.size());
    std::vector<const Tensor*> tensors;  // all are found and have their shapes before anything is allocated for them
    for (const Param p : weights)
      tensors.push_back(&find_tensor(store_, tensor_names(config_.family, p, layer_), {out, in}));
    const float* data = parts == 1 ? aligned_floats(*tensors[0]) : nullptr;
    if (data != nullptr) {
      check_finite(*tensors[0], data, pool_);
    } else {
      staging_.reserve_discard(parts * out * in);
      data = staging_.data();
      for (std::int64_t i = 0; i < parts; ++i)
        copy_checked(*tensors[static_cast<std::size_t>(i)], staging_.data() + i * out * in, pool_);
    }
    Buffer<float> bias(parts * out);
    std::int64_t at = 0;
    for (const Param p : biases) {
      read_into(store_, tensor_names(config_.family, p, layer_), {out}, bias.data() + at);
      at += out;
    }
    parameters_ += parts * out * (in + 1);
    Linear linear(MatView<const float>(data, parts * out, in), bias.span(), pool_, operands_);
    for (const Tensor* const tensor : tensors) store_.release_pages(*tensor);
    return linear;
  }

  const TensorStore& store_;
  const EncoderConfig& config_;
  const NumberType operands_;
  ThreadPool& pool_;
  std::int64_t& parameters_;
  std::int64_t layer_ = 0;
  Buffer<float> staging_;
};

}  // namespace

void fail_not_finite(const Tensor& tensor) {
  fail(ErrorCode::kCorrupt, tensor.file->string(), ": tensor '", tensor.name,
       "' holds NaN or infinity; the weights are damaged");
}

void copy_checked(const Tensor& tensor, float* out, ThreadPool& pool) {
  const bool finite = all_chunks(tensor.size(), pool, [&](std::int64_t first, std::int64_t n) {
    copy_to_float(tensor, first, {out + first, static_cast<std::size_t>(n)});
    return all_finite(out + first, n);
  });
  if (!finite) fail_not_finite(tensor);
}

Buffer<float> read_tensor(const TensorStore& store, std::span<const std::string> names,
                          std::initializer_list<std::int64_t> shape) {
  Buffer<float> out(find_tensor(store, names, shape).size());
  read_into(store, names, shape, out.data());
  return out;
}

TensorStore open_weights(const std::filesystem::path& folder) {
  const bool safe = file_exists(folder / "model.safetensors") || file_exists(folder / "model.safetensors.index.json");
  for (const char* pickle : {"pytorch_model.bin", "pytorch_model.bin.index.json"})
    if (!safe && file_exists(folder / pickle))
      fail(
          ErrorCode::kUnsupported, (folder / pickle).string(),
          ": a pickle can run code when it is read, so it is never opened; convert it once where you trust it, e.g. in "
          "Python: AutoModel.from_pretrained(FOLDER).save_pretrained(FOLDER, safe_serialization=True)");
  return TensorStore::open_folder(folder);
}

EncoderWeights load_encoder_weights(const std::filesystem::path& folder, const EncoderConfig& config, ThreadPool& pool,
                                    NumberType operands) {
  if (config.family == Family::kStatic) return load_static_weights(folder, config, pool);
  assert(operands != NumberType::kInt8);
  EncoderWeights w{.store = open_weights(folder)};
  w.operands = operands;
  const Family family = config.family;
  const std::int64_t d = config.hidden_size;
  const Tensor& words = find_tensor(w.store, tensor_names(family, Param::kWords), {config.vocab_size, d});
  w.dtype = dtype_name(words.dtype);
  if (words.scales.empty()) {
    w.words_table = read_table(w.store, words, pool);
    w.words.floats = w.words_table.view;
  } else {
    if (!all_finite(words.scales.data(), std::ssize(words.scales))) fail_not_finite(words);
    w.words = {.bytes = {reinterpret_cast<const std::int8_t*>(words.data.data()), config.vocab_size, d},
               .scales = words.scales};
  }
  w.positions = read_table(
      w.store, find_tensor(w.store, tensor_names(family, Param::kPositions), {config.max_positions, d}), pool);
  w.parameters = (config.vocab_size + config.max_positions + config.type_vocab_size) * d;
  if (config.type_vocab_size > 0)
    w.types = read_table(w.store,
                         find_tensor(w.store, tensor_names(family, Param::kTypes), {config.type_vocab_size, d}), pool);

  LayerReader reader(w.store, config, operands, pool, w.parameters);
  if (config.embedding_norm) w.embedding_norm = reader.norm(Param::kEmbeddingNormGamma, Param::kEmbeddingNormBeta);
  if (config.norm == NormPlacement::kPre) w.final_norm = reader.norm(Param::kFinalNormGamma, Param::kFinalNormBeta);
  // Layer by layer, so that one staging copy of the largest matrix is all the memory that packing needs beside it; and
  // so that a config that promises layers the file lacks fails before anything is allocated for them.
  for (std::int64_t i = 0; i < config.layers; ++i) w.layers.push_back(reader.read(i));
  return w;
}

}  // namespace sememe
