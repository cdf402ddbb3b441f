#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "sememe/trainer.h"
#include "train/dropout.h"
#include "train/parameters.h"
#include "train/products.h"

namespace sememe::train {

/// Adapters' parameters are named "adapter/<module>.lora_A.weight" and "..lora_B.weight", the module as PEFT names it.
inline constexpr std::string_view kAdapterPrefix = "adapter/";

/// The low-rank change of one linear layer: y += scale * B A dropout(x), of which A and B alone are trained.
/// Shapes   x (N, in), A (rank, in), B (out, rank), y (N, out).
/// Source   Hu et al. 2021, "LoRA"; peft.tuners.lora.Linear.
template <class T>
class LoraGraph {
 public:
  /// `place` is that of its dropout, apart from those of the layers.
  LoraGraph(Parameter<T>& a, Parameter<T>& b, double scale, std::uint64_t place)
      : a_(&a), b_(&b), scale_(scale), place_(place) {}

  /// Packs A and B as they are now: after each change of them.
  void prepare(ThreadPool* pool);
  /// Adds to y. The rate of dropout is `dropout.adapter_rate`.
  void forward(MatView<const T> x, const Dropout& dropout, MatView<T> y, ThreadPool* pool);
  /// Adds the gradients of A and B, and that of x to d_x if it is not empty. After forward() of the same x.
  void backward(MatView<const T> x, const Dropout& dropout, MatView<const T> d_y, MatView<T> d_x, ThreadPool* pool);

 private:
  MatView<const T> dropped(MatView<const T> x, const Dropout& dropout, ThreadPool* pool);

  Parameter<T>*a_, *b_;
  double scale_;
  std::uint64_t place_;
  Panels<T> down_, up_, d_down_, d_up_;
  Buffer<T> input_, inner_, d_inner_, d_input_;  ///< inner_: scale * A dropout(x), of forward()
};

/// The module of PEFT whose weight a tensor is: "encoder.layer.0.attention.self.query"; empty for a bias.
std::string module_of(const std::string& tensor);
/// Whether PEFT's target_modules have the module: it is one of them, or ends with "." and one of them.
bool is_target(const LoraOptions& options, const std::string& module);

/// Adds A (uniform within 1 / sqrt(in), as PEFT begins) and B (zeros) for a weight of `module`, (out, in), to the set.
template <class T>
LoraGraph<T> make_adapter(const LoraOptions& options, const std::string& module, const Parameter<T>& weight,
                          std::uint64_t seed, std::uint64_t number, ParameterSet<T>& parameters);

/// W += scale * B A for every adapter, each number of it rounded once.
void merge_adapters(const LoraOptions& options, ParameterSet<float>& parameters);

/// Writes adapter_model.safetensors and adapter_config.json to `folder`, as PEFT reads them beside the model `base`.
/// Errors   kIo.
void save_adapters(const LoraOptions& options, const ParameterSet<float>& parameters, const std::string& base,
                   const std::filesystem::path& folder);

}  // namespace sememe::train
