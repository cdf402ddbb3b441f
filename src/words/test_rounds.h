#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "words/block_queue.h"
#include "words/input_rows.h"
#include "words/local_rows.h"
#include "words/noise.h"
#include "words/output_layer.h"
#include "words/windows.h"

namespace sememe::test {

using Vector = std::array<double, 2>;

inline double dot(const Vector& a, const Vector& b) { return a[0] * b[0] + a[1] * b[1]; }
inline void add(double scale, const Vector& x, Vector& y) {
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += scale * x[i];
}
inline std::int64_t one(std::int32_t) { return 1; }

/// Input rows after a block of six words, made of `input_rows` rows, was trained; `before`: how often the same Method
/// had trained on it from the same start. `words`: what else its constructor begins with.
template <class Method, class... Words>
std::vector<float> trained_after(int before, std::int64_t input_rows, const Words&... words) {
  const std::vector<float> kept(6, 1.0f);
  const NoiseWords noise({9, 8, 7, 6, 5, 4});
  BlockQueue blocks;
  blocks.push(std::vector<std::int32_t>{0, 1, 2, 3, 1, -1, 4, 5, 0}, {}, one);
  blocks.end_block();
  ThreadPool pool(2);
  SharedRows shared(input_rows, 6, 8);
  Method method(words..., {.noise = &noise, .negative = 3}, Windows(kept, 2, -1), 1, shared, pool);
  const auto start = [&] {
    for (std::int64_t i = 0; i < shared.rows; ++i)
      for (std::int64_t j = 0; j < shared.stride; ++j) shared.row(i)[j] = static_cast<float>((i * 7 + j * 3) % 5) - 2;
  };
  for (int i = 0; i < before; ++i) {
    start();
    method.train(blocks, 1, 0.1, i);
  }
  start();
  method.train(blocks, 1, 0.1, 5);
  return std::vector<float>(shared.row(0), shared.row(0) + input_rows * shared.stride);
}

}  // namespace sememe::test
