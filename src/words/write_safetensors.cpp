#include "words/write_safetensors.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string_view>
#include <vector>

#include "io/file.h"
#include "io/json_writer.h"

namespace sememe {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

template <class T>
std::string_view bytes_of(const T* data, std::int64_t count) {
  return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(count) * sizeof(T)};
}

}  // namespace

void write_word_tensors(const std::filesystem::path& path, MatView<const float> vectors, const std::string& words,
                        bool bytes) {
  constexpr std::int64_t kMostByte = 127, kAlignment = 8;
  JsonWriter json;
  json.begin_object();
  std::int64_t at = 0;
  const auto add = [&](std::string_view name, std::string_view dtype, std::initializer_list<std::int64_t> shape,
                       std::int64_t size) {
    json.key(name).begin_object().member("dtype", dtype).key("shape").begin_array();
    for (const std::int64_t extent : shape) json.value(extent);
    json.end_array().key("data_offsets").begin_array().value(at).value(at + size).end_array().end_object();
    at += size;
  };
  const std::int64_t count = vectors.rows * vectors.cols;
  constexpr auto kFloat = static_cast<std::int64_t>(sizeof(float));
  if (bytes) add("scales", "F32", {vectors.rows}, vectors.rows * kFloat);  // floats first: they stay aligned
  add("vectors", bytes ? "I8" : "F32", {vectors.rows, vectors.cols}, bytes ? count : count * kFloat);
  add("words", "U8", {std::ssize(words)}, std::ssize(words));
  std::string header = json.end_object().take();
  header.append(static_cast<std::size_t>((kAlignment - std::ssize(header) % kAlignment) % kAlignment), ' ');

  AtomicFile file(path);
  const auto length = static_cast<std::uint64_t>(header.size());
  file.write(bytes_of(&length, 1));
  file.write(header);
  std::vector<float> scales;
  for (std::int64_t i = 0; bytes && i < vectors.rows; ++i) {
    float largest = 0;
    for (const float x : vectors.row_span(i)) largest = std::max(largest, std::abs(x));
    scales.push_back(largest / static_cast<float>(kMostByte));
  }
  file.write(bytes_of(scales.data(), std::ssize(scales)));
  std::vector<std::int8_t> row(static_cast<std::size_t>(vectors.cols));
  for (std::int64_t i = 0; i < vectors.rows; ++i) {
    if (!bytes) {
      file.write(bytes_of(vectors.row(i), vectors.cols));
      continue;
    }
    const float scale = scales[static_cast<std::size_t>(i)];
    for (std::size_t j = 0; j < row.size(); ++j)
      row[j] = scale > 0 ? static_cast<std::int8_t>(std::lrint(vectors.row(i)[j] / scale)) : std::int8_t{0};
    file.write(bytes_of(row.data(), vectors.cols));
  }
  file.write(words);
  file.commit();
}

}  // namespace sememe
