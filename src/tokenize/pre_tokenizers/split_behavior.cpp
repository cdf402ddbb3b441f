#include "tokenize/pre_tokenizers/split_behavior.h"

namespace sememe {

void Stretches::push_back(const Stretch& stretch) {
  bool joins = false;
  switch (behavior_) {
    case SplitBehavior::kRemoved:
      if (stretch.delimiter) return;
      break;
    case SplitBehavior::kIsolated:
      break;
    case SplitBehavior::kMergedWithPrevious:
      joins = stretch.delimiter && !previous_;
      break;
    case SplitBehavior::kMergedWithNext:
      // A delimiter waits for the stretch after it; a second delimiter leaves the first alone.
      joins = previous_ && !stretch.delimiter;
      break;
    case SplitBehavior::kContiguous:
      joins = stretch.delimiter == previous_;
      break;
  }
  previous_ = stretch.delimiter;
  if (joins && any_) {
    out_.back().end = stretch.piece.end;
  } else {
    add(stretch.piece);
  }
}

void Stretches::add(const Piece& piece) {
  if (any_ && out_.back().begin == out_.back().end) out_.pop_back();
  out_.push_back(piece);
  any_ = true;
}

void Stretches::end() {
  if (any_ && out_.back().begin == out_.back().end) out_.pop_back();
  any_ = previous_ = false;
}

}  // namespace sememe
