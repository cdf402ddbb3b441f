#include "tokenize/models/sentencepiece_model.h"

#include <algorithm>
#include <utility>

#include "base/fail.h"

namespace sememe {
namespace {

constexpr std::size_t kMostBytes = 8000;
constexpr std::size_t kMostBytesInAll = std::size_t{1} << 26;

/// Value of "<0xE2>", -1 if `text` is no such thing.
int byte_of(std::string_view text) {
  if (text.size() != 6 || !text.starts_with("<0x") || text[5] != '>') return -1;
  int value = 0;
  for (const char c : text.substr(3, 2)) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit && !(c >= 'A' && c <= 'F')) return -1;
    value = value * 16 + (digit ? c - '0' : c - 'A' + 10);
  }
  return value;
}

}  // namespace

UserDefinedSymbols::UserDefinedSymbols(const std::vector<SentencePiece>& pieces) {
  std::vector<ByteTrie::Entry> entries;
  for (const SentencePiece& piece : pieces) {
    if (piece.type == SentencePiece::Type::kUserDefined) entries.push_back({piece.text, 0});
  }
  empty_ = entries.empty();
  trie_ = ByteTrie(entries);
}

std::size_t UserDefinedSymbols::longest_prefix(std::string_view text) const {
  ByteTrie::Node node = trie_.root();
  std::size_t longest = 0;
  int left = 64;
  for (std::size_t i = 0; i < text.size() && left > 0 && trie_.step(node, text[i]); ++i) {
    if (node.value() == ByteTrie::kNone) continue;
    longest = i + 1;
    --left;
  }
  return longest;
}

SentencePieceModel::SentencePieceModel(std::string name, const std::vector<SentencePiece>& pieces, bool byte_fallback,
                                       const std::string& where)
    : name_(std::move(name)), byte_fallback_(byte_fallback) {
  Vocabulary::Builder builder(where);
  builder.reserve(pieces.size());
  types_.reserve(pieces.size());
  byte_ids_.fill(-1);
  bool seen_nul = false;
  std::size_t bytes = 0;
  for (const SentencePiece& piece : pieces) {
    const auto id = static_cast<std::int32_t>(types_.size());
    const auto fail_piece = [&](ErrorCode code, std::string_view what) {
      fail(code, where, ": piece ", id, " (", quote(piece.text), ") ", what);
    };
    types_.push_back(piece.type);
    if (piece.text.empty()) fail_piece(ErrorCode::kCorrupt, "is empty");
    if (piece.text.size() >= kMostBytes) fail_piece(ErrorCode::kUnsupported, "has 8000 bytes or more");
    bytes += piece.text.size();
    if (bytes > kMostBytesInAll) fail_piece(ErrorCode::kUnsupported, "is beyond 64 MiB of pieces");
    // Some conversions leave a NUL beside the byte piece for it; the reference overlooks that as well.
    if (piece.text == std::string_view("\0", 1) && (byte_fallback || piece.type == SentencePiece::Type::kUnused)) {
      types_.back() = SentencePiece::Type::kUnused;
      if (std::exchange(seen_nul, true)) continue;
    } else if (piece.text.find('\0') != std::string_view::npos) {
      fail_piece(ErrorCode::kCorrupt, "has a NUL");
    }
    builder.add(piece.text, id);
    if (piece.type == SentencePiece::Type::kUnknown) {
      if (unk_id_ >= 0) fail_piece(ErrorCode::kCorrupt, "is a second unknown piece");
      unk_id_ = id;
    }
    if (piece.type == SentencePiece::Type::kByte) {
      const int byte = byte_of(piece.text);
      if (byte < 0 || !byte_fallback) fail_piece(ErrorCode::kCorrupt, "cannot be a byte piece");
      byte_ids_[static_cast<std::size_t>(byte)] = id;
    }
  }
  vocabulary_ = builder.build();
  if (byte_fallback && std::find(byte_ids_.begin(), byte_ids_.end(), -1) != byte_ids_.end()) {
    fail(ErrorCode::kCorrupt, where, ": byte_fallback is set, but there are not 256 byte pieces");
  }
  if (!byte_fallback && unk_id_ < 0) fail(ErrorCode::kCorrupt, where, ": no piece is the unknown one");
}

bool SentencePieceModel::goes_over_cut(std::string_view text, std::string_view mark) {
  std::size_t at = 0;
  while (text.substr(at).starts_with(mark)) at += mark.size();
  return text.find(mark, at) != std::string_view::npos;
}

std::int32_t SentencePieceModel::find_usable(std::string_view text) const {
  if (text.size() > vocabulary_.longest()) return kUnknown;
  const std::int32_t id = vocabulary_.find(text);
  return id != Vocabulary::kNone && usable(id) ? id : kUnknown;
}

void SentencePieceModel::append(std::string_view text, std::int32_t begin, std::int32_t end, std::int32_t id,
                                std::size_t before, std::vector<ModelToken>& out) const {
  if (id != kUnknown) {
    out.push_back({id, begin, end});
  } else if (byte_fallback_) {
    for (std::int32_t i = begin; i < end; ++i) {
      const auto byte = static_cast<unsigned char>(text[static_cast<std::size_t>(i)]);
      out.push_back({byte_ids_[byte], i, i + 1});
    }
  } else if (out.size() > before && out.back().id == unk_id_) {
    out.back().end = end;
  } else {
    out.push_back({unk_id_, begin, end});
  }
}

std::string SentencePieceModel::describe() const {
  return concat("SentencePiece ", name_, "(", vocab_size(), byte_fallback_ ? ", byte_fallback)" : ")");
}

}  // namespace sememe
