#include "tokenize/formats/sentencepiece_proto.h"

#include "base/fail.h"
#include "io/protobuf.h"
#include "io/utf8.h"

namespace sememe {
namespace {

using Proto = SentencePieceProto;
using Reader = ProtobufReader;
using Wire = ProtobufReader::Wire;

constexpr std::size_t kMaxPieces = std::size_t{1} << 23;

void read_text(const Reader& reader, const Reader::Field& field, const std::string& where, std::string_view& out) {
  if (find_invalid_utf8(field.bytes)) {
    fail(ErrorCode::kCorrupt, where, ": before byte ", reader.offset(), ": expected UTF-8, found ", quote(field.bytes));
  }
  out = field.bytes;
}

SentencePiece read_piece(Reader reader, const std::string& where) {
  SentencePiece piece;
  for (Reader::Field field; reader.next(field);) {
    if (field.is(1, Wire::kBytes)) read_text(reader, field, where, piece.text);
    if (field.is(2, Wire::kFixed32)) piece.score = field.as_float();
    // A type of a later version is no type, as protobuf has it.
    if (field.is(3, Wire::kVarint) && field.value >= 1 && field.value <= 6) {
      piece.type = static_cast<SentencePiece::Type>(field.value);
    }
  }
  return piece;
}

void read_trainer_spec(Reader reader, const std::string& where, Proto& out) {
  for (Reader::Field field; reader.next(field);) {
    if (field.wire == Wire::kVarint) {
      switch (field.number) {
        case 3:
          if (field.value >= 1 && field.value <= 4) out.model_type = static_cast<Proto::ModelType>(field.value);
          break;
        case 24:
          out.treat_whitespace_as_suffix = field.value != 0;
          break;
        case 35:
          out.byte_fallback = field.value != 0;
          break;
        case 40:
          out.unk_id = static_cast<std::int32_t>(field.value);
          break;
        default:
          break;
      }
    } else if (field.wire == Wire::kBytes) {
      switch (field.number) {
        case 44:
          read_text(reader, field, where, out.unk_surface);
          break;
        case 45:
          read_text(reader, field, where, out.unk_piece);
          break;
        case 46:
          read_text(reader, field, where, out.bos_piece);
          break;
        case 47:
          read_text(reader, field, where, out.eos_piece);
          break;
        case 48:
          read_text(reader, field, where, out.pad_piece);
          break;
        default:
          break;
      }
    }
  }
}

void read_normalizer_spec(Reader reader, Proto::NormalizerSpec& out) {
  for (Reader::Field field; reader.next(field);) {
    if (field.is(2, Wire::kBytes)) out.precompiled_charsmap = field.bytes;
    if (field.is(3, Wire::kVarint)) out.add_dummy_prefix = field.value != 0;
    if (field.is(4, Wire::kVarint)) out.remove_extra_whitespaces = field.value != 0;
    if (field.is(5, Wire::kVarint)) out.escape_whitespaces = field.value != 0;
  }
}

}  // namespace

SentencePieceProto read_sentencepiece_proto(std::string_view bytes, const std::string& where) {
  Proto out;
  Reader reader(bytes, where);
  for (Reader::Field field; reader.next(field);) {
    if (field.is(1, Wire::kBytes)) {
      if (out.pieces.size() == kMaxPieces) {
        fail(ErrorCode::kUnsupported, where, ": more than ", kMaxPieces, " pieces");
      }
      out.pieces.push_back(read_piece(reader.inner(field), where));
    }
    if (field.is(2, Wire::kBytes)) read_trainer_spec(reader.inner(field), where, out);
    if (field.is(3, Wire::kBytes)) read_normalizer_spec(reader.inner(field), out.normalizer);
    if (field.is(5, Wire::kBytes)) read_normalizer_spec(reader.inner(field), out.denormalizer);
  }
  if (out.pieces.empty()) fail(ErrorCode::kCorrupt, where, ": a SentencePiece model without pieces");
  return out;
}

}  // namespace sememe
