#include "train/parameters.h"

#include <algorithm>
#include <cmath>

#include "base/fail.h"
#include "io/safetensors.h"
#include "kernels/training.h"
#include "model/weights.h"

namespace sememe::train {

namespace {

double sum_of_squares(const float* x, std::int64_t n) { return training_kernels().sum_of_squares(x, n); }
double sum_of_squares(const double* x, std::int64_t n) {
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += x[i] * x[i];
  return sum;
}

}  // namespace

template <class T>
MatView<T> Parameter<T>::gradient_matrix() {
  if (gradient.size() != value.size()) gradient = Buffer<T>(value.size(), T(0));
  if (by_rows && touched.empty()) touched.assign(static_cast<std::size_t>(rows()), 0);
  return {gradient.data(), rows(), cols()};
}

template <class T>
std::int64_t Parameter<T>::block_size() const {
  constexpr std::int64_t kElements = 1 << 15;
  const std::int64_t row = std::max<std::int64_t>(1, cols());
  return by_rows ? std::max<std::int64_t>(1, kElements / row) * row : kElements;
}

template <class T>
void Parameter<T>::for_each_touched(ThreadPool& pool,
                                    FunctionRef<void(std::int64_t, std::int64_t, std::int64_t)> use) const {
  pool.run(blocks(), [&](std::int64_t block, int) {
    const std::int64_t begin = block * block_size(), end = std::min(gradient.size(), begin + block_size());
    if (!by_rows) return use(begin, end - begin, block);
    for (std::int64_t at = begin; at < end; at += cols())
      if (touched[static_cast<std::size_t>(at / cols())] != 0) use(at, cols(), block);
  });
}

template <class T>
void ParameterSet<T>::load(const std::filesystem::path& folder, const std::string& prefix) {
  const TensorStore store = open_weights(folder);
  for (const auto& [name, tensor] : store.tensors()) {
    if (!tensor.is_numbers()) continue;  // position_ids: a counter that old files carry along
    Parameter<T>& p = add(prefix + name, tensor.shape);
    constexpr std::int64_t kChunk = 1 << 16;
    std::vector<float> part;
    for (std::int64_t first = 0; first < p.value.size(); first += kChunk) {
      part.resize(static_cast<std::size_t>(std::min(kChunk, p.value.size() - first)));
      copy_to_float(tensor, first, part);
      for (const float x : part)
        if (!std::isfinite(x)) fail_not_finite(tensor);
      std::copy(part.begin(), part.end(), p.value.data() + first);
    }
  }
}

template <class T>
Parameter<T>& ParameterSet<T>::add(std::string name, std::vector<std::int64_t> shape) {
  auto p = std::make_unique<Parameter<T>>();
  std::int64_t size = 1;
  for (const std::int64_t extent : shape) size *= extent;
  p->name = std::move(name);
  p->shape = std::move(shape);
  p->value = Buffer<T>(size, T(0));
  const bool norm = p->name.find("LayerNorm") != std::string::npos || p->name.find("norm.") != std::string::npos ||
                    p->name.find(".ln.") != std::string::npos;
  p->decays = !norm && !p->name.ends_with(".bias");
  all_.push_back(std::move(p));
  return *all_.back();
}

template <class T>
Parameter<T>* ParameterSet<T>::find(std::string_view name) {
  for (const auto& p : all_)
    if (p->name == name) return p.get();
  return nullptr;
}

template <class T>
Parameter<T>* ParameterSet<T>::find_any(std::string_view prefix, const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (Parameter<T>* const p = find(concat(prefix, name)); p != nullptr) return p;
  return nullptr;
}

template <class T>
void ParameterSet<T>::zero_gradients(ThreadPool& pool) {
  for (const auto& p : all_) {
    p->for_each_touched(pool, [&](std::int64_t first, std::int64_t count, std::int64_t) {
      std::fill_n(p->gradient.data() + first, count, T(0));
    });
    std::fill(p->touched.begin(), p->touched.end(), std::uint8_t{0});
  }
}

template <class T>
double ParameterSet<T>::gradient_norm(ThreadPool& pool) const {
  double squares = 0;
  std::vector<double> parts;
  for (const auto& p : all_) {
    if (!p->trained) continue;
    parts.assign(static_cast<std::size_t>(p->blocks()), 0);
    p->for_each_touched(pool, [&](std::int64_t first, std::int64_t count, std::int64_t block) {
      parts[static_cast<std::size_t>(block)] += sum_of_squares(p->gradient.data() + first, count);
    });
    for (const double part : parts) squares += part;
  }
  return std::sqrt(squares);
}

template struct Parameter<float>;
template struct Parameter<double>;
template class ParameterSet<float>;
template class ParameterSet<double>;

}  // namespace sememe::train
