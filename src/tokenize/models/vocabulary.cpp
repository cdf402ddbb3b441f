#include "tokenize/models/vocabulary.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "base/fail.h"

namespace sememe {

std::int32_t Vocabulary::entry_of_id(std::int32_t id) const {
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), id,
                                   [](const Entry& entry, std::int32_t wanted) { return entry.id < wanted; });
  return static_cast<std::int32_t>(at - entries_.begin());
}

std::optional<std::string_view> Vocabulary::token(std::int32_t id) const {
  const auto dense = static_cast<std::size_t>(id);
  if (id >= 0 && dense < entries_.size() && entries_[dense].id == id) return text(entries_[dense]);
  const auto entry = static_cast<std::size_t>(entry_of_id(id));
  if (entry == entries_.size() || entries_[entry].id != id) return std::nullopt;
  return text(entries_[entry]);
}

void Vocabulary::Builder::reserve(std::size_t tokens) {
  vocabulary_.entries_.reserve(tokens);
  vocabulary_.arena_.reserve(tokens * 8);
}

void Vocabulary::Builder::add(std::string_view token, std::int64_t id) {
  if (id < 0 || id > std::numeric_limits<std::int32_t>::max() - 1) {
    fail(ErrorCode::kCorrupt, where_, ": id of ", quote(token), ": expected 0 to 2147483646, found ", id);
  }
  if (vocabulary_.arena_.size() + token.size() > std::numeric_limits<std::int32_t>::max()) {
    fail(ErrorCode::kCorrupt, where_, ": more than 2 GiB of tokens");
  }
  vocabulary_.entries_.push_back({static_cast<std::int32_t>(id), static_cast<std::uint32_t>(vocabulary_.arena_.size()),
                                  static_cast<std::uint32_t>(token.size())});
  vocabulary_.arena_.append(token);
  vocabulary_.longest_ = std::max(vocabulary_.longest_, token.size());
}

Vocabulary Vocabulary::Builder::build() {
  auto& entries = vocabulary_.entries_;
  const auto by_id = [](const Entry& a, const Entry& b) { return a.id < b.id; };
  if (!std::is_sorted(entries.begin(), entries.end(), by_id)) std::sort(entries.begin(), entries.end(), by_id);

  const std::size_t slots = std::bit_ceil(entries.size() * 2 + 1);  // at most half full: find() ends
  vocabulary_.slots_.assign(slots, {});
  vocabulary_.mask_ = slots - 1;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string_view token = vocabulary_.text(entries[i]);
    if (i > 0 && entries[i].id == entries[i - 1].id) {
      fail(ErrorCode::kCorrupt, where_, ": id ", entries[i].id, " is given to both ",
           quote(vocabulary_.text(entries[i - 1])), " and ", quote(token));
    }
    Hash hash;
    hash.add(token);
    const std::uint64_t h = hash.value();
    std::uint64_t at = h & vocabulary_.mask_;
    for (; vocabulary_.slots_[at].entry >= 0; at = (at + 1) & vocabulary_.mask_) {
      if (vocabulary_.slots_[at].tag == static_cast<std::uint32_t>(h >> 32) &&
          vocabulary_.matches(vocabulary_.slots_[at].entry, token, {})) {
        fail(ErrorCode::kCorrupt, where_, ": ", quote(token), " is there twice");
      }
    }
    vocabulary_.slots_[at] = {static_cast<std::uint32_t>(h >> 32), static_cast<std::int32_t>(i)};
  }
  return std::move(vocabulary_);
}

}  // namespace sememe
