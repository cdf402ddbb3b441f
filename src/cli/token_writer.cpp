#include "cli/token_writer.h"

#include "cli/output.h"
#include "io/json_writer.h"
#include "io/npz.h"

namespace sememe::cli {
namespace {

template <class T>
std::string_view bytes_of(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

/// An archive takes one array after another; the two small ones wait in temporary files, so that memory does not grow
/// with the input.
class NpzTokens : public TokenWriter {
 public:
  NpzTokens(const std::string& name, std::int64_t dimensions) : place_(name), file_(place_.path()) {
    file_.begin("token_embeddings", DType::kF32, {dimensions});
    offsets_.append(bytes_of(std::span<const std::int64_t>(&total_, 1)));
  }

  void write(const Chunk&, const TokenEmbeddings& tokens) override {
    const Matrix& vectors = tokens.vectors;
    file_.append(std::span<const float>(vectors.data(), static_cast<std::size_t>(vectors.rows() * vectors.cols())));
    ids_.append(bytes_of(std::span<const std::int32_t>(tokens.ids)));
    for (std::size_t i = 1; i < tokens.offsets.size(); ++i) {
      const std::int64_t end = total_ + tokens.offsets[i];
      offsets_.append(bytes_of(std::span<const std::int64_t>(&end, 1)));
    }
    total_ += vectors.rows();
  }

  void finish() override {
    file_.end();
    add("offsets", DType::kI64, offsets_);
    add("ids", DType::kI32, ids_);
    file_.finish();
    place_.finish();
  }

 private:
  void add(std::string_view name, DType dtype, Spool& spool) {
    file_.begin(name, dtype, {});
    spool.drain([&](std::span<const std::byte> bytes) { file_.append_bytes(dtype, bytes); }, dtype_size(dtype));
    file_.end();
  }

  SeekableOutput place_;
  NpzWriter file_;
  std::int64_t total_ = 0;
  Spool offsets_, ids_;
};

class JsonlTokens : public TokenWriter {
 public:
  explicit JsonlTokens(const std::string& name) : file_(output_path(name)) {}

  void write(const Chunk& chunk, const TokenEmbeddings& tokens) override {
    for (std::int64_t i = 0; i < chunk.size(); ++i) {
      const auto at = static_cast<std::size_t>(i);
      const TextStats& stats = chunk.stats[at];
      json_.begin_object()
          .member("index", chunk.first + i)
          .member("tokens", stats.tokens)
          .member("tokens_used", stats.tokens_used)
          .member("truncated", stats.truncated())
          .key("ids")
          .begin_array();
      const std::int64_t begin = tokens.offsets[at], end = tokens.offsets[at + 1];
      for (std::int64_t t = begin; t < end; ++t) json_.value(tokens.ids[static_cast<std::size_t>(t)]);
      json_.end_array().key("token_embeddings").begin_array();
      for (std::int64_t t = begin; t < end; ++t) json_.numbers(tokens.vectors.row(t));
      json_.end_array().end_object().end_line();
      file_.write(json_.take());
    }
    file_.flush();
  }
  void finish() override { file_.commit(); }

 private:
  JsonWriter json_;
  AtomicFile file_;
};

}  // namespace

std::unique_ptr<TokenWriter> make_npz_token_writer(const std::string& name, std::int64_t dimensions) {
  return std::make_unique<NpzTokens>(name, dimensions);
}
std::unique_ptr<TokenWriter> make_jsonl_token_writer(const std::string& name) {
  return std::make_unique<JsonlTokens>(name);
}

}  // namespace sememe::cli
