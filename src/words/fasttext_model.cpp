#include "words/fasttext_model.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/fail.h"
#include "kernels/kernels.h"

namespace sememe {

void FastTextMatrix::copy_row(std::int64_t row, float* out) const {
  const auto bytes = static_cast<std::size_t>(cols_) * sizeof(float);
  if (mapped_ != nullptr) {
    std::memcpy(out, mapped_ + static_cast<std::size_t>(row) * bytes, bytes);
  } else {
    std::memcpy(out, floats_.data() + row * stride_, bytes);
  }
}

void FastTextMatrix::add_row(std::int64_t row, std::span<float> sum) const {
  if (codes_) {
    codes_->quantizer.add(codes_->codes.data() + row * codes_->quantizer.parts(), codes_->norm(row), sum);
    return;
  }
  if (mapped_ == nullptr) {
    const float* const x = floats_.data() + row * stride_;
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += x[i];
    return;
  }
  const std::byte* const at = mapped_ + row * cols_ * static_cast<std::int64_t>(sizeof(float));
  for (std::size_t i = 0; i < sum.size(); ++i) {
    float value;
    std::memcpy(&value, at + i * sizeof value, sizeof value);
    sum[i] += value;
  }
}

float FastTextMatrix::dot(std::int64_t row, std::span<const float> x) const {
  if (codes_)
    return codes_->norm(row) * codes_->quantizer.dot(codes_->codes.data() + row * codes_->quantizer.parts(), x);
  if (mapped_ == nullptr) return kernels().dot(floats_.data() + row * stride_, x.data(), cols_);
  std::vector<float> copy(static_cast<std::size_t>(cols_));
  copy_row(row, copy.data());
  return kernels().dot(copy.data(), x.data(), cols_);
}

bool FastTextMatrix::all_finite() const { return kernels().all_finite(floats_.data(), rows_ * stride_); }

FastTextMatrix FastTextMatrix::quantised(const FastTextMatrix& from, std::int64_t part, bool norms, ThreadPool& pool) {
  const std::int64_t n = from.rows(), dim = from.cols();
  std::vector<float> rows(static_cast<std::size_t>(n * dim));
  for (std::int64_t i = 0; i < n; ++i) from.copy_row(i, rows.data() + i * dim);
  Codes codes{.quantizer = ProductQuantizer(dim, std::min(part, dim))};
  if (norms) {
    std::vector<float> lengths;
    for (std::int64_t i = 0; i < n; ++i) {
      float* const row = rows.data() + i * dim;
      const float length = std::sqrt(kernels().dot(row, row, dim));
      lengths.push_back(length);
      if (length > 0)
        for (std::int64_t j = 0; j < dim; ++j) row[j] /= length;
    }
    codes.norm_quantizer.emplace(1, 1);
    codes.norm_quantizer->train(lengths, pool);
    codes.norm_codes = codes.norm_quantizer->encode(lengths, pool);
  }
  codes.quantizer.train(rows, pool);
  codes.codes = codes.quantizer.encode(rows, pool);
  return {std::move(codes), n, dim};
}

std::int64_t FastTextModel::row_of_bucket(std::int64_t bucket) const {
  if (!dictionary.kept) return dictionary.words.size() + bucket;
  const auto at = dictionary.kept->find(static_cast<std::int32_t>(bucket));
  return at == dictionary.kept->end() ? -1 : dictionary.words.size() + at->second;
}

void FastTextModel::append_ngram_rows(std::string_view word, std::vector<std::int64_t>& out) const {
  for (const std::int64_t bucket : ngram_buckets_of(word, ngrams()))
    if (const std::int64_t row = row_of_bucket(bucket); row >= 0) out.push_back(row);
}

void FastTextModel::word_vector(std::int64_t id, std::span<float> out) const {
  std::vector<std::int64_t> rows = {id};
  append_ngram_rows(dictionary.words.word(id), rows);
  std::fill(out.begin(), out.end(), 0.0f);
  for (const std::int64_t row : rows) input.add_row(row, out);
  const float scale = 1.0f / static_cast<float>(rows.size());
  for (float& value : out) value *= scale;
}

}  // namespace sememe
