#pragma once

#include <cstdint>

#include "base/buffer.h"
#include "base/thread_pool.h"
#include "kernels/kernels.h"
#include "sememe/matrix.h"
#include "train/parameters.h"

namespace sememe::train {

/// Runs rows(first, count) over blocks of [0, total) whose bounds do not depend on the pool.
void for_each_rows(ThreadPool* pool, std::int64_t total, std::int64_t block,
                   FunctionRef<void(std::int64_t first, std::int64_t count)> rows);

/// y = f(x), which may be x, and d *= f'(x).
template <class T>
void activation_forward(Activation f, MatView<const T> x, MatView<T> y, ThreadPool* pool);
template <class T>
void activation_backward(Activation f, MatView<const T> x, MatView<T> d, ThreadPool* pool);

/// s = softmax(s * scale); d = scale * (d kept - p sum(d kept)), kept being p after dropout.
template <class T>
void softmax_forward(T* s, double scale, std::int64_t n);
template <class T>
void softmax_backward(const T* p, const T* kept, T* d, double scale, std::int64_t n);

/// What LayerNorm's backward needs of its forward.
template <class T>
struct NormTape {
  Buffer<T> unit;  ///< (N, D): (x - mean) / deviation
  Buffer<T> rstd;  ///< (N)
};

/// y = gamma * unit + beta; y may be x. Source  Ba et al. 2016, eq. 4.
template <class T>
void norm_forward(MatView<const T> x, const Parameter<T>& gamma, const Parameter<T>& beta, double eps,
                  NormTape<T>& tape, MatView<T> y, ThreadPool* pool);
/// d_x = the gradient of the norm's input, which may be d_y, or += it; those of gamma and beta are added to, in blocks
/// of rows of a fixed size.
template <class T>
void norm_backward(MatView<const T> d_y, const NormTape<T>& tape, Parameter<T>& gamma, Parameter<T>& beta,
                   bool accumulate, MatView<T> d_x, ThreadPool* pool);

}  // namespace sememe::train
