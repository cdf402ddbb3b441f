#include <algorithm>
#include <cstring>
#include <fstream>

#include "base/fail.h"
#include "io/safetensors.h"
#include "kernels/kernels.h"
#include "sememe/tokenizer.h"
#include "words/readers.h"

namespace sememe {
namespace {

constexpr std::string_view kMatrixNames[] = {"vectors", "embeddings", "embedding.weight"};

const Tensor& find_matrix(const TensorStore& store, const std::string& name) {
  for (const std::string_view known : kMatrixNames) {
    const Tensor* const tensor = store.find(known);
    if (tensor != nullptr && tensor->shape.size() == 2) return *tensor;
  }
  fail(ErrorCode::kUnsupported, name,
       ": no tensor of word vectors; expected (words, dim) as 'vectors', 'embeddings' or ", "'embedding.weight'");
}

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

/// Calls take(word) for each row: the words in the file itself, a line each, or else in a file beside it.
template <class Take>
void for_each_vocabulary_word(const TensorStore& store, const std::filesystem::path& path, std::int64_t rows,
                              const Take& take) {
  const auto take_lines = [&](std::string_view text, const std::string& where) {
    const std::vector<std::string_view> words = split_lines(text);
    if (std::ssize(words) != rows)
      fail(ErrorCode::kCorrupt, where, ": ", words.size(), " words for ", rows, " vectors");
    for (const std::string_view word : words) take(word);
  };
  if (const Tensor* const words = store.find("words")) {
    if (words->dtype != DType::kU8)
      fail(ErrorCode::kCorrupt, path.string(), ": the tensor 'words' is ", dtype_name(words->dtype), "; expected U8");
    return take_lines({reinterpret_cast<const char*>(words->data.data()), words->data.size()}, path.string());
  }
  std::filesystem::path own = path;
  for (const std::filesystem::path& file : {own.replace_extension(".vocab.txt"), path.parent_path() / "vocab.txt"}) {
    if (!std::filesystem::exists(file)) continue;
    const MappedFile text(file);
    return take_lines(text.text(), file.string());
  }
  const std::filesystem::path tokenizer_file = path.parent_path() / "tokenizer.json";
  if (!std::filesystem::exists(tokenizer_file))
    fail(ErrorCode::kUnsupported, path.string(), ": no vocabulary; expected a tensor 'words', or ",
         own.filename().string(), ", vocab.txt or tokenizer.json beside it");
  const Tokenizer tokenizer = Tokenizer::load(tokenizer_file);
  if (tokenizer.vocab_size() != rows)
    fail(ErrorCode::kUnsupported, path.string(), ": ", rows, " vectors for the ", tokenizer.vocab_size(), " tokens of ",
         tokenizer_file.string());
  for (std::int64_t id = 0; id < rows; ++id)
    take(tokenizer.id_to_token(static_cast<std::int32_t>(id)).value_or(std::string_view()));
}

/// Rows of bytes, each with its scale; all alike if the file has none.
void widen_bytes(const TensorStore& store, const Tensor& matrix, std::span<float> out, const std::string& name) {
  const Tensor* const scales = store.find("scales");
  if (scales != nullptr && (!is_floating(scales->dtype) || scales->size() != matrix.shape[0]))
    fail(ErrorCode::kCorrupt, name, ": the tensor 'scales' has the shape ", shape_text(scales->shape),
         "; expected a number a row of ", matrix.shape[0]);
  const std::int64_t dim = matrix.shape[1];
  for (std::int64_t i = 0; i * dim < std::ssize(out); ++i) {
    float scale = 1;
    if (scales != nullptr) copy_to_float(*scales, i, {&scale, 1});
    for (std::int64_t j = i * dim; j < (i + 1) * dim; ++j)
      out[static_cast<std::size_t>(j)] =
          scale * static_cast<float>(static_cast<std::int8_t>(matrix.data[static_cast<std::size_t>(j)]));
  }
}

}  // namespace

bool begins_as_safetensors(std::string_view bytes) {
  constexpr std::size_t kLengthBytes = 8;
  return bytes.size() > kLengthBytes && bytes[kLengthBytes] == '{' && bytes[kLengthBytes - 1] == '\0' &&
         bytes[kLengthBytes - 2] == '\0';
}

WordData read_safetensors(const WordSource& source) {
  const std::string name = source.path.string();
  const TensorStore store = TensorStore::open(source.path);
  const Tensor& matrix = find_matrix(store, name);
  const std::int64_t rows = matrix.shape[0];
  WordData data;
  data.format = WordFormat::kSafetensors;
  data.dim = matrix.shape[1];
  if (rows < 1 || rows > kMaxWords || data.dim < 1 || data.dim > kMaxDim)
    fail(ErrorCode::kCorrupt, name, ": vectors of the shape ", shape_text(matrix.shape));
  const std::int64_t wanted = source.limit > 0 ? std::min(rows, source.limit) : rows;
  Buffer<float> all(wanted * data.dim);
  if (matrix.dtype == DType::kI8) {
    widen_bytes(store, matrix, all.span(), name);
  } else if (is_floating(matrix.dtype)) {
    copy_to_float(matrix, 0, all.span());
  } else {
    fail(ErrorCode::kUnsupported, name, ": vectors of ", dtype_name(matrix.dtype), "; expected floats or I8");
  }
  std::int64_t row = 0;
  for_each_vocabulary_word(store, source.path, rows, [&](std::string_view word) {
    if (row >= wanted) return;
    float* const from = all.data() + row++ * data.dim;
    if (!kernels().all_finite(from, data.dim))
      fail(ErrorCode::kCorrupt, name, ": the vector of ", quote(word, 40),
           " has a component that is not a finite number");
    std::memmove(all.data() + data.words.size() * data.dim, from, static_cast<std::size_t>(data.dim) * sizeof(float));
    if (!data.words.add(word)) ++data.duplicates;
  });
  data.vectors = std::move(all);
  return data;
}

}  // namespace sememe
