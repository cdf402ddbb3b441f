#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "base/thread_pool.h"
#include "sememe/matrix.h"

namespace sememe::train {

/// One tensor that is trained (or carried along), with its gradient.
template <class T>
struct Parameter {
  std::string name;  ///< as the file spells it; of a module after the transformer: "2_Dense/linear.weight"
  std::vector<std::int64_t> shape;
  Buffer<T> value;
  Buffer<T> gradient;                 ///< empty until something is added; *_backward adds, zero_gradients() clears
  bool trained = true;                ///< false: frozen, or no part of the way from text to vector
  bool decays = true;                 ///< weight decay applies: false for biases and norms
  double rate = 1;                    ///< factor of the learning rate
  bool by_rows = false;               ///< a table of which a batch touches some rows only
  std::vector<std::uint8_t> touched;  ///< by_rows: rows with a gradient since zero_gradients()
  std::vector<std::uint8_t> moving;   ///< by_rows: rows that ever had one, and so have moments

  std::int64_t rows() const { return shape.empty() ? 1 : shape[0]; }
  std::int64_t cols() const { return rows() == 0 ? 0 : value.size() / rows(); }
  MatView<T> matrix() { return {value.data(), rows(), cols()}; }
  MatView<const T> matrix() const { return {value.data(), rows(), cols()}; }
  /// Room for the gradient, zeros at first.
  MatView<T> gradient_matrix();
  /// Calls use(first, count, block) on `pool` for the elements that have a gradient. They fall into blocks() blocks,
  /// whatever the pool, each of which is one thread's and goes upwards.
  void for_each_touched(ThreadPool& pool,
                        FunctionRef<void(std::int64_t first, std::int64_t count, std::int64_t block)> use) const;
  std::int64_t blocks() const { return (gradient.size() + block_size() - 1) / block_size(); }

 private:
  /// Elements of a block: whole rows.
  std::int64_t block_size() const;
};

/// Every floating-point tensor of a model folder as T, in the order of names; and where each goes back to.
template <class T>
class ParameterSet {
 public:
  ParameterSet() = default;

  /// The tensors of `folder`/model.safetensors (or its shards); their names get `prefix` ("2_Dense/") before them.
  /// Errors   those of open_weights; kCorrupt: NaN or infinity.
  void load(const std::filesystem::path& folder, const std::string& prefix);
  /// Adds a tensor of zeros.
  Parameter<T>& add(std::string name, std::vector<std::int64_t> shape);

  Parameter<T>* find(std::string_view name);
  /// The first of `names` that is there, nullptr if none is.
  Parameter<T>* find_any(std::string_view prefix, const std::vector<std::string>& names);
  const std::vector<std::unique_ptr<Parameter<T>>>& all() const { return all_; }

  void zero_gradients(ThreadPool& pool);
  /// Square root of the sum of squares of all gradients of trained parameters; the order of the sum is fixed.
  double gradient_norm(ThreadPool& pool) const;

 private:
  std::vector<std::unique_ptr<Parameter<T>>> all_;
};

}  // namespace sememe::train
