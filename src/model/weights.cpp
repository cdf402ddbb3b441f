#include "model/weights.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cmath>

#include "base/fail.h"
#include "io/bundle.h"
#include "kernels/kernels.h"
#include "model/calibration.h"
#include "model/static_model.h"
#include "model/tensor_names.h"

namespace sememe {
namespace {

constexpr std::int64_t kChunk = 1 << 16;  // elements that one job converts or checks
constexpr double kMostChange = 0.03;      // of a product by bytes, root mean square

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
  LayerReader(const TensorStore& store, const EncoderConfig& config, NumberType operands,
              const Calibration* calibration, ThreadPool& pool, std::int64_t& parameters)
      : store_(store),
        config_(config),
        operands_(operands),
        calibration_(calibration),
        pool_(pool),
        parameters_(parameters) {}

  LayerWeights read(std::int64_t layer) {
    layer_ = layer;
    const std::int64_t d = config_.hidden_size, f = config_.intermediate_size;
    LayerWeights w;
    const Calibration::Layer* const seen =
        calibration_ == nullptr ? nullptr : &calibration_->layers[static_cast<std::size_t>(layer)];
    const auto pack = [&](const Loaded& x) { return Linear(x.weight, x.bias.span(), pool_, operands_); };
    const auto pack_smoothed = [&](const Loaded& x, const std::vector<float>* largest, Buffer<float>& factors) {
      if (operands_ != NumberType::kInt8) return pack(x);
      return smoothed(x, *largest, factors);
    };
    load({Param::kQueryWeight, Param::kKeyWeight, Param::kValueWeight},
         {Param::kQueryBias, Param::kKeyBias, Param::kValueBias}, d, d,
         [&](const Loaded& x) { w.qkv = pack_smoothed(x, seen == nullptr ? nullptr : &seen->qkv, w.qkv_factors); });
    load({Param::kAttentionOutWeight}, {Param::kAttentionOutBias}, d, d,
         [&](const Loaded& x) { w.attention_out = pack(x); });
    load({Param::kUpWeight}, {Param::kUpBias}, f, d,
         [&](const Loaded& x) { w.up = pack_smoothed(x, seen == nullptr ? nullptr : &seen->up, w.up_factors); });
    load({Param::kDownWeight}, {Param::kDownBias}, d, f,
         [&](const Loaded& x) { w.down = operands_ == NumberType::kInt8 ? bytes_or_wide(x, seen->inner) : pack(x); });
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
  struct Loaded {
    MatView<const float> weight;
    Buffer<float> bias;
  };

  /// The product in bytes of inputs that are multiplied by `factors`, which it finds.
  Linear smoothed(const Loaded& x, std::span<const float> largest, Buffer<float>& factors) {
    const std::vector<float> found = smoothing_factors(largest, x.weight);
    factors = Buffer<float>(x.weight.cols);
    std::copy(found.begin(), found.end(), factors.begin());
    Matrix weight(x.weight.rows, x.weight.cols);
    for (std::int64_t i = 0; i < weight.rows(); ++i)
      for (std::int64_t k = 0; k < weight.cols(); ++k)
        weight.row(i)[static_cast<std::size_t>(k)] = x.weight.row(i)[k] / factors[k];
    const Matrix& whole = weight;
    return Linear(whole.view(), x.bias.span(), pool_, NumberType::kInt8);
  }

  /// The product in bytes if that changes what it makes of `inputs` little; else in the machine's wide type.
  Linear bytes_or_wide(const Loaded& x, const Matrix& inputs) {
    Linear in_bytes(x.weight, x.bias.span(), pool_, NumberType::kInt8);
    Linear in_wide(x.weight, x.bias.span(), pool_, fastest_float());
    const auto apply = [&](const Linear& linear) {
      Matrix y(inputs.rows(), linear.out_features());
      Matrix copy(inputs.rows(), inputs.cols());
      std::copy_n(inputs.data(), inputs.rows() * inputs.cols(), copy.data());
      RowsBuffer operand;
      operand.reserve(linear.type(), inputs.rows(), inputs.cols());
      Rows rows = operand.view(inputs.rows());
      if (linear.type() == NumberType::kFloat32) rows = Rows(copy.view());
      if (linear.type() != NumberType::kFloat32) convert(Rows(copy.view()), rows, &pool_);
      linear.forward(rows, Rows(y.view()), Activation::kIdentity, {}, &pool_);
      return y;
    };
    const Matrix a = apply(in_bytes), b = apply(in_wide);
    double error = 0, size = 0;
    for (std::int64_t i = 0; i < a.rows() * a.cols(); ++i) {
      error += std::pow(static_cast<double>(a.data()[i]) - b.data()[i], 2);
      size += std::pow(static_cast<double>(b.data()[i]), 2);
    }
    return error <= kMostChange * kMostChange * size ? std::move(in_bytes) : std::move(in_wide);
  }

  /// Several (out, in) matrices, stacked by rows, to `take`.
  void load(std::initializer_list<Param> weights, std::initializer_list<Param> biases, std::int64_t out,
            std::int64_t in, FunctionRef<void(const Loaded&)> take) {
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
    take(Loaded{MatView<const float>(data, parts * out, in), std::move(bias)});
    for (const Tensor* const tensor : tensors) store_.release_pages(*tensor);
  }

  const TensorStore& store_;
  const EncoderConfig& config_;
  const NumberType operands_;
  const Calibration* const calibration_;
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
                                    NumberType operands, const Calibration* calibration) {
  if (config.family == Family::kStatic) return load_static_weights(folder, config, pool);
  assert(operands != NumberType::kInt8 || calibration != nullptr);
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

  LayerReader reader(w.store, config, operands, calibration, pool, w.parameters);
  if (config.embedding_norm) w.embedding_norm = reader.norm(Param::kEmbeddingNormGamma, Param::kEmbeddingNormBeta);
  if (config.norm == NormPlacement::kPre) w.final_norm = reader.norm(Param::kFinalNormGamma, Param::kFinalNormBeta);
  // Layer by layer, so that one staging copy of the largest matrix is all the memory that packing needs beside it; and
  // so that a config that promises layers the file lacks fails before anything is allocated for them.
  for (std::int64_t i = 0; i < config.layers; ++i) w.layers.push_back(reader.read(i));
  return w;
}

}  // namespace sememe
