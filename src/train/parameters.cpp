#include "train/parameters.h"

#include <algorithm>
#include <cmath>

#include "base/fail.h"
#include "io/safetensors.h"
#include "model/weights.h"

namespace sememe::train {

template <class T>
MatView<T> Parameter<T>::gradient_matrix() {
  if (gradient.size() != value.size()) gradient = Buffer<T>(value.size(), T(0));
  if (by_rows && touched.empty()) touched.assign(static_cast<std::size_t>(rows()), 0);
  return {gradient.data(), rows(), cols()};
}

template <class T>
void Parameter<T>::for_each_touched(FunctionRef<void(std::int64_t, std::int64_t)> use) const {
  if (gradient.empty()) return;
  if (!by_rows) return use(0, value.size());
  for (std::int64_t r = 0; r < rows(); ++r)
    if (touched[static_cast<std::size_t>(r)] != 0) use(r * cols(), cols());
}

template <class T>
void Parameter<T>::zero_gradient() {
  for_each_touched([&](std::int64_t first, std::int64_t count) { std::fill_n(gradient.data() + first, count, T(0)); });
  std::fill(touched.begin(), touched.end(), std::uint8_t{0});
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
void ParameterSet<T>::zero_gradients() {
  for (const auto& p : all_) p->zero_gradient();
}

template <class T>
double ParameterSet<T>::gradient_norm() const {
  double squares = 0;
  for (const auto& p : all_) {
    if (!p->trained) continue;
    p->for_each_touched([&](std::int64_t first, std::int64_t count) {
      // Four chains, in a fixed order: the compiler may not reorder a sum of doubles.
      double part[4] = {0, 0, 0, 0};
      const T* const g = p->gradient.data() + first;
      for (std::int64_t i = 0; i < count; ++i) part[i % 4] += static_cast<double>(g[i]) * static_cast<double>(g[i]);
      squares += (part[0] + part[1]) + (part[2] + part[3]);
    });
  }
  return std::sqrt(squares);
}

template struct Parameter<float>;
template struct Parameter<double>;
template class ParameterSet<float>;
template class ParameterSet<double>;

}  // namespace sememe::train
