#include "tokenize/pre_tokenizers/split_behavior.h"

#include <algorithm>

namespace sememe {
namespace {

void merge(const std::vector<Stretch>& stretches, SplitBehavior behavior, std::vector<Piece>& out) {
  const std::size_t first = out.size();
  bool previous = false;  // was the stretch before (in reading direction of the behavior) a delimiter?
  switch (behavior) {
    case SplitBehavior::kRemoved:
      for (const Stretch& s : stretches) {
        if (!s.delimiter) out.push_back(s.piece);
      }
      return;
    case SplitBehavior::kIsolated:
      for (const Stretch& s : stretches) out.push_back(s.piece);
      return;
    case SplitBehavior::kMergedWithPrevious:
      for (const Stretch& s : stretches) {
        if (s.delimiter && !previous && out.size() > first) {
          out.back().end = s.piece.end;
        } else {
          out.push_back(s.piece);
        }
        previous = s.delimiter;
      }
      return;
    case SplitBehavior::kMergedWithNext:
      // A delimiter waits for the stretch after it; a second delimiter leaves the first alone.
      for (const Stretch& s : stretches) {
        if (previous && !s.delimiter) {
          out.back().end = s.piece.end;
        } else {
          out.push_back(s.piece);
        }
        previous = s.delimiter;
      }
      return;
    case SplitBehavior::kContiguous:
      for (const Stretch& s : stretches) {
        if (s.delimiter == previous && out.size() > first) {
          out.back().end = s.piece.end;
        } else {
          out.push_back(s.piece);
        }
        previous = s.delimiter;
      }
      return;
  }
}

}  // namespace

void append_pieces(const std::vector<Stretch>& stretches, SplitBehavior behavior, std::vector<Piece>& out) {
  const auto first = static_cast<std::ptrdiff_t>(out.size());
  merge(stretches, behavior, out);
  const auto is_empty = [](const Piece& piece) { return piece.begin == piece.end; };
  out.erase(std::remove_if(out.begin() + first, out.end(), is_empty), out.end());
}

}  // namespace sememe
