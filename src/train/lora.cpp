#include "train/lora.h"

#include <algorithm>
#include <cmath>

#include "base/fail.h"
#include "base/rng.h"
#include "io/file.h"
#include "io/json_writer.h"
#include "io/safetensors_writer.h"
#include "nn/linear.h"
#include "train/row_ops.h"

namespace sememe::train {
namespace {

constexpr std::uint64_t kFirstPlace = 1 << 15, kFirstStream = 1ULL << 43;
constexpr std::string_view kA = ".lora_A.weight", kB = ".lora_B.weight", kWeight = ".weight";

double scale_of(const LoraOptions& o) { return o.alpha / static_cast<double>(o.rank); }

template <class T>
MatView<T> view(Buffer<T>& memory, std::int64_t rows, std::int64_t cols) {
  memory.reserve_discard(rows * padded_stride(cols));
  return {memory.data(), rows, cols, padded_stride(cols)};
}

template <class T>
void scale_rows(MatView<T> x, double factor, ThreadPool* pool) {
  for_each_rows(pool, x.rows, 64, [&](std::int64_t first, std::int64_t count) {
    for (std::int64_t i = first; i < first + count; ++i)
      for (std::int64_t j = 0; j < x.cols; ++j) x.row(i)[j] *= T(factor);
  });
}

template <class T>
void drop(const Dropout& dropout, std::uint64_t place, MatView<T> x, ThreadPool* pool) {
  Dropout own = dropout;
  own.rate = dropout.adapter_rate;
  for_each_rows(pool, x.rows, 16, [&](std::int64_t first, std::int64_t count) {
    for (std::int64_t i = first; i < first + count; ++i)
      own.apply(place, static_cast<std::uint64_t>(own.first_token + i), x.row(i), x.cols);
  });
}

}  // namespace

template <class T>
void LoraGraph<T>::prepare(ThreadPool* pool) {
  const std::int64_t rank = a_->rows(), in = a_->cols(), out = b_->rows();
  down_.resize(in, rank);
  down_.put_transposed(a_->matrix(), 0, pool);
  up_.resize(rank, out);
  up_.put_transposed(b_->matrix(), 0, pool);
  d_down_.resize(rank, in);
  d_down_.put_rows(a_->matrix(), 0, pool);
  d_up_.resize(out, rank);
  d_up_.put_rows(b_->matrix(), 0, pool);
}

template <class T>
MatView<const T> LoraGraph<T>::dropped(MatView<const T> x, const Dropout& dropout, ThreadPool* pool) {
  if (dropout.adapter_rate <= 0) return x;
  const MatView<T> out = view(input_, x.rows, x.cols);
  for (std::int64_t i = 0; i < x.rows; ++i) std::copy_n(x.row(i), x.cols, out.row(i));
  drop<T>(dropout, place_, out, pool);
  return out;
}

template <class T>
void LoraGraph<T>::forward(MatView<const T> x, const Dropout& dropout, MatView<T> y, ThreadPool* pool) {
  const MatView<T> inner = view(inner_, x.rows, a_->rows());
  multiply<T>(dropped(x, dropout, pool), down_, nullptr, false, inner, pool);
  scale_rows<T>(inner, scale_, pool);
  multiply<T>(inner, up_, nullptr, true, y, pool);
}

template <class T>
void LoraGraph<T>::backward(MatView<const T> x, const Dropout& dropout, MatView<const T> d_y, MatView<T> d_x,
                            ThreadPool* pool) {
  const MatView<T> inner = view(inner_, x.rows, a_->rows()), d_inner = view(d_inner_, x.rows, a_->rows());
  outer_sum<T>(d_y, inner, b_->gradient_matrix(), pool);
  multiply<T>(d_y, d_up_, nullptr, false, d_inner, pool);
  scale_rows<T>(d_inner, scale_, pool);
  outer_sum<T>(d_inner, dropped(x, dropout, pool), a_->gradient_matrix(), pool);
  if (d_x.data == nullptr) return;
  const MatView<T> d_input = view(d_input_, x.rows, x.cols);
  multiply<T>(d_inner, d_down_, nullptr, false, d_input, pool);
  if (dropout.adapter_rate > 0) drop<T>(dropout, place_, d_input, pool);
  add_rows<T>(d_input, d_x, pool);
}

std::string module_of(const std::string& tensor) {
  if (!tensor.ends_with(kWeight)) return {};
  const std::size_t begin = tensor.starts_with("bert.") ? 5 : 0;  // the prefix of models with a head
  return tensor.substr(begin, tensor.size() - kWeight.size() - begin);
}

bool is_target(const LoraOptions& options, const std::string& module) {
  return std::any_of(options.target_modules.begin(), options.target_modules.end(), [&](const std::string& target) {
    return module == target || module.ends_with(concat(".", target));
  });
}

template <class T>
LoraGraph<T> make_adapter(const LoraOptions& options, const std::string& module, const Parameter<T>& weight,
                          std::uint64_t seed, std::uint64_t number, ParameterSet<T>& parameters) {
  const std::int64_t in = weight.cols(), out = weight.rows();
  Parameter<T>& a = parameters.add(concat(kAdapterPrefix, module, kA), {options.rank, in});
  Parameter<T>& b = parameters.add(concat(kAdapterPrefix, module, kB), {out, options.rank});
  const double bound = 1 / std::sqrt(static_cast<double>(in));
  const CounterRng random(seed, kFirstStream + number);
  for (std::int64_t i = 0; i < a.value.size(); ++i)
    a.value[i] = T((2.0 * static_cast<double>(random.uniform(static_cast<std::uint64_t>(i))) - 1) * bound);
  return {a, b, scale_of(options), kFirstPlace + number};
}

void merge_adapters(const LoraOptions& options, ParameterSet<float>& parameters) {
  const double scale = scale_of(options);
  for (const auto& w : parameters.all()) {
    const std::string module = module_of(w->name);
    const Parameter<float>* const a = parameters.find(concat(kAdapterPrefix, module, kA));
    const Parameter<float>* const b = parameters.find(concat(kAdapterPrefix, module, kB));
    if (a == nullptr || b == nullptr) continue;
    std::vector<double> change(static_cast<std::size_t>(w->cols()));
    for (std::int64_t i = 0; i < w->rows(); ++i) {
      std::fill(change.begin(), change.end(), 0.0);
      for (std::int64_t r = 0; r < options.rank; ++r) {
        const double factor = scale * b->matrix().row(i)[r];
        for (std::size_t j = 0; j < change.size(); ++j) change[j] += factor * a->matrix().row(r)[j];
      }
      float* const row = w->matrix().row(i);
      for (std::size_t j = 0; j < change.size(); ++j) row[j] = static_cast<float>(row[j] + change[j]);
    }
  }
}

void save_adapters(const LoraOptions& options, const ParameterSet<float>& parameters, const std::string& base,
                   const std::filesystem::path& folder) {
  make_folders(folder);
  std::vector<TensorToWrite> tensors;
  JsonWriter json(JsonStyle::kPretty);
  json.begin_object().member("base_model_name_or_path", std::string_view(base));
  json.member("bias", std::string_view("none")).member("fan_in_fan_out", false).member("inference_mode", true);
  json.member("init_lora_weights", true).member("lora_alpha", options.alpha).member("lora_dropout", options.dropout);
  json.member("peft_type", std::string_view("LORA")).member("r", options.rank);
  // Whole names: an ending such as "dense" would also take the pooler, which no text goes through.
  json.key("target_modules").begin_array();
  for (const auto& p : parameters.all()) {
    if (!p->name.starts_with(kAdapterPrefix)) continue;
    const std::string name = p->name.substr(kAdapterPrefix.size());
    tensors.push_back(
        {.name = concat("base_model.model.", name), .shape = p->shape, .data = std::as_bytes(p->value.span())});
    if (name.ends_with(kA)) json.value(std::string_view(name).substr(0, name.size() - kA.size()));
  }
  json.end_array().member("task_type", std::string_view("FEATURE_EXTRACTION")).end_object();
  write_safetensors(folder / "adapter_model.safetensors", std::move(tensors), {{"format", "pt"}});
  write_file(folder / "adapter_config.json", json.end_line().take());
}

#define SEMEME_FOR(T)                                                                                               \
  template class LoraGraph<T>;                                                                                      \
  template LoraGraph<T> make_adapter<T>(const LoraOptions&, const std::string&, const Parameter<T>&, std::uint64_t, \
                                        std::uint64_t, ParameterSet<T>&);
SEMEME_FOR(float)
SEMEME_FOR(double)
#undef SEMEME_FOR

}  // namespace sememe::train
