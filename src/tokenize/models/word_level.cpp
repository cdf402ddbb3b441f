#include "tokenize/models/word_level.h"

#include "base/fail.h"

namespace sememe {

void WordLevel::tokenize(std::string_view piece, Scratch*, std::vector<ModelToken>& out) const {
  std::int32_t id = vocabulary_.find(piece);
  if (id == Vocabulary::kNone) id = unk_id_;
  if (id == Vocabulary::kNone) {
    fail(ErrorCode::kCorrupt, where_, ": the text has the word ", quote(piece),
         ", which is not in the vocabulary, and ", "neither is the unknown token ", quote(unk_token_));
  }
  out.push_back({id, 0, static_cast<std::int32_t>(piece.size())});
}

std::string WordLevel::describe() const { return concat("WordLevel(", vocabulary_.size(), ")"); }

}  // namespace sememe
