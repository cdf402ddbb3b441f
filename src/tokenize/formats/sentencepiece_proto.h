#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tokenize/models/sentencepiece_model.h"

namespace sememe {

/// What a SentencePiece model file says; borrows the file's bytes.
/// Source  google/sentencepiece, sentencepiece_model.proto: ModelProto, with its defaults.
struct SentencePieceProto {
  enum class ModelType { kUnigram = 1, kBpe = 2, kWord = 3, kChar = 4 };
  struct NormalizerSpec {
    std::string_view precompiled_charsmap;
    bool add_dummy_prefix = true;
    bool remove_extra_whitespaces = true;
    bool escape_whitespaces = true;
  };

  std::vector<SentencePiece> pieces;  ///< their index is their id
  ModelType model_type = ModelType::kUnigram;
  bool byte_fallback = false;
  bool treat_whitespace_as_suffix = false;
  std::int64_t unk_id = 0;
  std::string_view unk_piece = "<unk>", bos_piece = "<s>", eos_piece = "</s>", pad_piece = "<pad>";
  std::string_view unk_surface = " \xE2\x81\x87 ";
  NormalizerSpec normalizer, denormalizer;
};

/// Reads the bytes of a .model file. Errors  kCorrupt, beginning with `where`: not a protobuf message, no pieces, or a
/// piece that is not UTF-8.
SentencePieceProto read_sentencepiece_proto(std::string_view bytes, const std::string& where);

}  // namespace sememe
