#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "cli/chunks.h"
#include "sememe/encoder.h"

namespace sememe::cli {

/// Writes the token vectors of texts chunk by chunk. A file appears, complete, at finish().
class TokenWriter {
 public:
  virtual ~TokenWriter() = default;
  virtual void write(const Chunk& chunk, const TokenEmbeddings& tokens) = 0;
  virtual void finish() = 0;
};

/// .npz: token_embeddings float32 (T, D), offsets int64 (texts + 1), ids int32 (T).
std::unique_ptr<TokenWriter> make_npz_token_writer(const std::string& name, std::int64_t dimensions);
/// {"index":0,"tokens":9,"tokens_used":9,"truncated":false,"ids":[...],"token_embeddings":[[...],...]} a line.
std::unique_ptr<TokenWriter> make_jsonl_token_writer(const std::string& name);

}  // namespace sememe::cli
