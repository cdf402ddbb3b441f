#include "tokenize/pipeline.h"

#include <algorithm>
#include <array>

#include "tokenize/seam.h"
#include "unicode/ascii.h"

namespace sememe {
namespace {

// Stands for the neighbours of a chunk: a letter that is a word of its own to every step.
constexpr std::string_view kBefore = "x", kAfter = " x";

std::string_view bytes_of(const NormalizedString& text, const Piece& piece) {
  return text.text().substr(static_cast<std::size_t>(piece.begin), static_cast<std::size_t>(piece.end - piece.begin));
}

}  // namespace

TextTokenizer::TextTokenizer(const Pipeline& pipeline, bool chunks)
    : pipeline_(pipeline),
      literal_id_(pipeline.model->literal_id()),
      mode_(chunks ? find_mode() : Mode::kWhole),
      at_punctuation_(mode_ == Mode::kPieces && cuts_at_punctuation()) {}

std::unique_ptr<TextTokenizer::Workspace> TextTokenizer::make_workspace() const {
  auto work = std::make_unique<Workspace>();
  work->scratch = pipeline_.model->make_scratch();
  return work;
}

TextTokenizer::Mode TextTokenizer::find_mode() {
  if (pipeline_.model->random()) return Mode::kWhole;
  if ((pipeline_.normalizer && !pipeline_.normalizer->keeps_seams()) || !pipeline_.added.keeps_seams(SeamKind::kSpace))
    return Mode::kWhole;
  if (pipeline_.pre_tokenizer) return pipeline_.pre_tokenizer->seam() == Seam::kCut ? Mode::kPieces : Mode::kWhole;
  // What becomes of a space between two words?
  NormalizedString text;
  text.assign("x x", 0);
  if (pipeline_.normalizer) pipeline_.normalizer->normalize(text);
  const std::string_view form = text.text();
  if (form.size() < 3 || !form.ends_with('x')) return Mode::kWhole;
  const std::size_t first = form.rfind('x', form.size() - 2);
  if (first == std::string_view::npos || first + 2 > form.size() - 1) return Mode::kWhole;
  front_ = form.substr(0, first + 1);
  mark_ = form.substr(first + 1, form.size() - first - 2);
  return pipeline_.model->goes_on_before(mark_) ? Mode::kMarks : Mode::kWhole;
}

bool TextTokenizer::cuts_at_punctuation() const {
  return (!pipeline_.normalizer || pipeline_.normalizer->keeps_punctuation_seams()) &&
         pipeline_.added.keeps_seams(SeamKind::kPunctuation) &&
         pipeline_.pre_tokenizer->seam_at_punctuation() == Seam::kCut;
}

void TextTokenizer::tokenize(std::string_view text, Workspace& work, RawTokens& out) const {
  work.parts.clear();
  pipeline_.added.split_raw(text, work.plain_specials, work.parts);
  for (const AddedTokens::Part& part : work.parts) {
    const std::string_view segment =
        text.substr(static_cast<std::size_t>(part.begin), static_cast<std::size_t>(part.end - part.begin));
    if (part.id) {
      if (out.keep_literals) out.literals.emplace_back(out.size(), segment);
      out.add(*part.id, {part.begin, part.end}, out.words++);
    } else {
      tokenize_segment(segment, part.begin, work, out);
    }
  }
}

/// A part of a segment between seams, or between a seam and an end.
struct TextTokenizer::Chunk {
  std::size_t begin, end;
  Place place;
  bool ends_text;  // and that may matter to it
  bool remember;   // key is set
  ChunkCache::Key key;
};

TextTokenizer::Chunk TextTokenizer::next_chunk(std::string_view segment, std::size_t begin, std::int32_t shift) const {
  Chunk chunk;
  chunk.begin = begin;
  chunk.end = next_seam(segment, begin, at_punctuation_);
  chunk.place = begin > 0 ? Place::kMiddle : shift == 0 ? Place::kTextBegin : Place::kSegmentBegin;
  chunk.ends_text = chunk.end == segment.size() && !ends_at_seam(segment);
  chunk.remember = !chunk.ends_text && chunk.end - begin <= ChunkCache::kMaxBytes;
  if (chunk.remember)
    chunk.key = ChunkCache::key(segment.substr(begin, chunk.end - begin), segment.size() - chunk.end, chunk.place);
  return chunk;
}

void TextTokenizer::tokenize_segment(std::string_view segment, std::int32_t shift, Workspace& work,
                                     RawTokens& out) const {
  if (mode_ == Mode::kWhole || work.plain_specials || work.sampling ||
      next_seam(segment, 0, at_punctuation_) == segment.size())
    return tokenize_whole(segment, shift, work, out);
  const std::size_t tokens = out.size();
  const std::int32_t words = out.words;
  if (mode_ == Mode::kMarks) pipeline_.model->start_text(work.scratch.get());
  // Some chunks at a time: the table is larger than the near caches, so their slots are fetched while others are read.
  std::array<Chunk, 16> chunks;
  for (std::size_t begin = 0; begin < segment.size();) {
    std::size_t count = 0;
    for (; count < chunks.size() && begin < segment.size(); begin = chunks[count++].end) {
      chunks[count] = next_chunk(segment, begin, shift);
      if (chunks[count].remember) work.cache.prefetch(chunks[count].key);
    }
    for (std::size_t i = 0; i < count; ++i) {
      // What is mostly one chunk gains nothing, and takes less memory whole.
      const std::size_t size = chunks[i].end - chunks[i].begin;
      const bool most = size >= TokenModel::kLongPiece && size >= segment.size() / 4;
      if (!most && tokenize_chunk(segment, chunks[i], shift, work, out)) continue;
      out.cut(tokens);
      out.words = words;
      return tokenize_whole(segment, shift, work, out);
    }
  }
  if (mode_ == Mode::kMarks) ++out.words;  // the segment is one word
}

void TextTokenizer::split_into_pieces(std::string_view segment, std::int32_t shift, Workspace& work) const {
  NormalizedString& text = work.text;
  text.assign(segment, shift);
  if (pipeline_.normalizer) pipeline_.normalizer->normalize(text);
  work.pieces.clear();
  if (pipeline_.added.any_normalized()) {
    work.inner_parts.clear();
    pipeline_.added.split_normalized(text.text(), work.plain_specials, work.inner_parts);
    for (const AddedTokens::Part& part : work.inner_parts)
      work.pieces.push_back({part.begin, part.end, part.id.value_or(-1)});
  } else if (text.size() > 0) {
    work.pieces.push_back({0, text.size(), -1});
  }
  if (pipeline_.pre_tokenizer) pipeline_.pre_tokenizer->split(text, work.pieces);
}

/// Takes the tokens of one piece from the model, some at a time if the piece is long.
class TextTokenizer::ModelOutput final : public TokenModel::Parts {
 public:
  ModelOutput(const TextTokenizer& tokenizer, const NormalizedString& text, const Piece& piece, std::int32_t word,
              RawTokens& out)
      : tokenizer_(tokenizer), text_(text), piece_(piece), word_(word), before_(out.size()), out_(out) {}

  void take(std::vector<ModelToken>& tokens, std::size_t count) override {
    for (std::size_t i = 0; i < count; ++i) {
      const ModelToken& token = tokens[i];
      tokenizer_.keep_literal(token, bytes_of(text_, piece_), out_.size(), out_);
      if (out_.ids_only) {
        out_.ids.push_back(token.id);
      } else {
        out_.columns.add(token.id, text_.original(piece_.begin + token.begin, piece_.begin + token.end), word_);
      }
    }
    tokens.erase(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(count));
  }
  /// The piece is long; mostly it has fewer tokens than bytes in the original.
  void expect_many() {
    constexpr std::int32_t kMost = 1 << 26, kSpecials = 16;  // what follows must not move all of them
    const Offset offset = text_.original(piece_.begin, piece_.end);
    out_.reserve(static_cast<std::size_t>(std::min(offset.end - offset.begin, kMost) + kSpecials));
  }
  void settle() override { before_ = out_.size(); }
  void restart() override { out_.cut(before_); }

 private:
  const TextTokenizer& tokenizer_;
  const NormalizedString& text_;
  const Piece& piece_;
  std::int32_t word_;
  std::size_t before_;
  RawTokens& out_;
};

void TextTokenizer::tokenize_whole(std::string_view segment, std::int32_t shift, Workspace& work,
                                   RawTokens& out) const {
  split_into_pieces(segment, shift, work);
  const NormalizedString& text = work.text;
  for (const Piece& piece : work.pieces) {
    const std::int32_t word = out.words++;
    if (piece.added_id >= 0) {
      if (out.keep_literals) out.literals.emplace_back(out.size(), bytes_of(text, piece));
      out.add(piece.added_id, text.original(piece.begin, piece.end), word);
      continue;
    }
    ModelOutput output(*this, text, piece, word, out);
    apply_model(bytes_of(text, piece), word, work, output);
  }
}

/// Puts the tokens of the piece of that index in its text to the others.
void TextTokenizer::apply_model(std::string_view piece, std::int32_t index, Workspace& work,
                                ModelOutput& output) const {
  work.tokens.clear();
  if (work.sampling || pipeline_.model->random()) {
    pipeline_.model->sample(piece, work.sampling.value_or(Sampling{}), static_cast<std::uint64_t>(index),
                            work.scratch.get(), work.tokens);
  } else if (piece.size() >= TokenModel::kLongPiece) {
    output.expect_many();
    pipeline_.model->tokenize_long(piece, work.scratch.get(), work.tokens, output);
  } else {
    pipeline_.model->tokenize(piece, work.scratch.get(), work.tokens);
  }
  output.take(work.tokens, work.tokens.size());
}

void TextTokenizer::keep_literal(const ModelToken& token, std::string_view piece, std::size_t at,
                                 RawTokens& out) const {
  if (token.id != literal_id_ || !out.keep_literals) return;
  out.literals.emplace_back(
      at, piece.substr(static_cast<std::size_t>(token.begin), static_cast<std::size_t>(token.end - token.begin)));
}

void TextTokenizer::explain(std::string_view text, bool plain_specials, TokenizationSteps& steps) const {
  const auto work = make_workspace();
  work->plain_specials = plain_specials;
  pipeline_.added.split_raw(text, plain_specials, work->parts);
  for (const AddedTokens::Part& part : work->parts) {
    const std::string_view segment =
        text.substr(static_cast<std::size_t>(part.begin), static_cast<std::size_t>(part.end - part.begin));
    if (part.id) {
      steps.normalized.append(segment);
      steps.pieces.push_back({std::string(segment), {part.begin, part.end}, true});
      continue;
    }
    work->text.assign(segment, part.begin);
    if (pipeline_.normalizer) pipeline_.normalizer->normalize(work->text);
    steps.normalized.append(work->text.text());
    split_into_pieces(segment, part.begin, *work);
    for (const Piece& piece : work->pieces)
      steps.pieces.push_back(
          {std::string(bytes_of(work->text, piece)), work->text.original(piece.begin, piece.end), piece.added_id >= 0});
  }
}

/// Appends the tokens of a chunk; false if they cannot be told without the rest of the segment.
bool TextTokenizer::tokenize_chunk(std::string_view segment, const Chunk& chunk, std::int32_t shift, Workspace& work,
                                   RawTokens& out) const {
  const std::int32_t base = shift + static_cast<std::int32_t>(chunk.begin), first_word = out.words;
  bool same = true;
  const bool known = chunk.remember && work.cache.find(chunk.key, [&](const auto& slot) {
    if (mode_ == Mode::kMarks) {
      same = pipeline_.model->pass_chunk({slot.ids, static_cast<std::size_t>(slot.count)}, work.scratch.get());
      if (!same) return;
    }
    out.words += slot.pieces;
    if (out.ids_only) {
      out.ids.insert(out.ids.end(), slot.ids, slot.ids + slot.count);
      return;
    }
    const std::size_t at = out.columns.extend(slot.count);
    std::copy_n(slot.ids, slot.count, out.columns.ids.data() + at);
    Offset* const offsets = out.columns.offsets.data() + at;
    for (int i = 0; i < slot.count; ++i) offsets[i] = {base + slot.begins[i], base + slot.ends[i]};
    std::int32_t* const words = out.columns.word_ids.data() + at;
    for (int i = 0; i < slot.count; ++i) words[i] = first_word + slot.words[i];
  });
  if (known && same) return true;
  std::int32_t pieces = 0;
  bool stable = true;
  if (!tokenize_in_context(segment.substr(chunk.begin, chunk.end - chunk.begin), chunk.place, chunk.ends_text, work,
                           pieces, stable, out))
    return false;
  for (const ChunkToken& token : work.found)
    out.add(token.id, {base + token.begin, base + token.end}, first_word + token.word);
  out.words += pieces;
  const bool literal = literal_id_ >= 0 && std::any_of(work.found.begin(), work.found.end(),
                                                       [&](const ChunkToken& t) { return t.id == literal_id_; });
  if (chunk.remember && stable && !known && !literal && work.found.size() <= ChunkCache::kMaxTokens && pieces < 256)
    work.cache.insert(chunk.key, work.found, pieces);
  return true;
}

/// Fills work.found with the tokens of `chunk` between neighbours; false if a neighbour has a part in one of them, or
/// if there is an added token, whose text is not remembered.
bool TextTokenizer::tokenize_in_context(std::string_view chunk, Place place, bool ends_text, Workspace& work,
                                        std::int32_t& pieces, bool& stable, RawTokens& out) const {
  pieces = 0;
  if (mode_ == Mode::kMarks && place == Place::kMiddle && is_plain_word(chunk))
    return tokenize_plain_word(chunk, work, stable, out);
  const std::string_view before = place == Place::kMiddle ? kBefore : "", after = ends_text ? "" : kAfter;
  work.context.assign(before).append(chunk).append(after);
  const std::int32_t shift = place == Place::kSegmentBegin ? 1 : 0;
  split_into_pieces(work.context, shift, work);

  const NormalizedString& text = work.text;
  const auto chunk_begin = shift + static_cast<std::int32_t>(before.size());
  const auto chunk_size = static_cast<std::int32_t>(chunk.size());
  // A normalizer may lose count of the original (as Precompiled where the first character becomes nothing): then what
  // follows is affected to the end of the text.
  const std::int32_t context_end = shift + static_cast<std::int32_t>(work.context.size());
  if (!after.empty() && (text.size() == 0 || text.original(text.size() - 1, text.size()).end != context_end))
    return false;
  work.found.clear();
  if (mode_ == Mode::kMarks)
    return apply_to_marked_chunk(chunk, chunk_begin, !before.empty(), !after.empty(), work, stable, out);
  std::span<const Piece> inside = work.pieces;
  if (!before.empty()) {
    if (inside.empty() || text.original(inside.front().begin, inside.front().end).end > chunk_begin) return false;
    inside = inside.subspan(1);
  }
  if (!after.empty()) {
    if (inside.empty() || text.original(inside.back().begin, inside.back().end).begin < chunk_begin + chunk_size)
      return false;
    inside = inside.first(inside.size() - 1);
  }
  for (const Piece& piece : inside) {
    // Also of a piece that becomes no token: it counts as a word.
    const Offset whole = text.original(piece.begin, piece.end);
    if (piece.added_id >= 0 || whole.begin < chunk_begin || whole.end > chunk_begin + chunk_size) return false;
    work.tokens.clear();
    pipeline_.model->tokenize(bytes_of(text, piece), work.scratch.get(), work.tokens);
    for (const ModelToken& token : work.tokens) {
      const Offset offset = text.original(piece.begin + token.begin, piece.begin + token.end);
      const std::int32_t begin = offset.begin - chunk_begin, end = offset.end - chunk_begin;
      if (begin < 0 || end > chunk_size) return false;
      keep_literal(token, bytes_of(text, piece), out.size() + work.found.size(), out);
      work.found.push_back({token.id, begin, end, pieces});
    }
    ++pieces;
  }
  return true;
}

/// Whether it is known what the steps before the model make of a chunk after a seam.
bool TextTokenizer::is_plain_word(std::string_view chunk) const {
  const std::string_view word = chunk.substr(1);
  return chunk[0] == ' ' && word.find(' ') == std::string_view::npos && printable_ascii_end(word, 0) == word.size() &&
         !pipeline_.added.any_normalized() && (!pipeline_.normalizer || pipeline_.normalizer->keeps_word(word));
}

/// As tokenize_in_context(), for such a chunk.
bool TextTokenizer::tokenize_plain_word(std::string_view chunk, Workspace& work, bool& stable, RawTokens& out) const {
  const std::string_view word = chunk.substr(1);
  work.context.assign(mark_).append(word);
  work.tokens.clear();
  work.found.clear();
  stable = pipeline_.model->tokenize_chunk(work.context, work.scratch.get(), work.tokens);
  const auto mark = static_cast<std::int32_t>(mark_.size());
  const auto original = [mark](std::int32_t place) { return place == 0 ? 0 : place - mark + 1; };
  for (const ModelToken& token : work.tokens) {
    if ((token.begin > 0 && token.begin < mark) || token.end < mark) return false;
    keep_literal(token, work.context, out.size() + work.found.size(), out);
    work.found.push_back({token.id, original(token.begin), original(token.end), 0});
  }
  return true;
}

/// Fills work.found with the tokens of the chunk at `begin` of work.context, whose normalized form stands between those
/// of its neighbours. `stable`: they are the same in any text.
bool TextTokenizer::apply_to_marked_chunk(std::string_view chunk, std::int32_t begin, bool before, bool after,
                                          Workspace& work, bool& stable, RawTokens& out) const {
  const NormalizedString& text = work.text;
  if (work.pieces.size() != 1 || work.pieces[0].added_id >= 0) return false;
  const auto size = static_cast<std::int32_t>(chunk.size());
  const std::int32_t front = before ? static_cast<std::int32_t>(front_.size()) : 0;
  const std::int32_t back = after ? static_cast<std::int32_t>(mark_.size()) + 1 : 0;
  if (text.size() <= front + back) return false;
  std::string_view body = text.text();
  if (before && (!body.starts_with(front_) || text.original(front - 1, front).end != begin)) return false;
  if (after && (!body.ends_with('x') || text.original(text.size() - back, text.size()).begin != begin + size))
    return false;
  body = body.substr(static_cast<std::size_t>(front), body.size() - static_cast<std::size_t>(front + back));
  if (before && !body.starts_with(mark_)) return false;
  if (after &&
      (body.ends_with(mark_) || !text.text().substr(static_cast<std::size_t>(text.size() - back)).starts_with(mark_)))
    return false;
  work.tokens.clear();
  stable = pipeline_.model->tokenize_chunk(body, work.scratch.get(), work.tokens);
  for (const ModelToken& token : work.tokens) {
    const Offset offset = text.original(front + token.begin, front + token.end);
    if (offset.begin < begin || offset.end > begin + size) return false;
    keep_literal(token, body, out.size() + work.found.size(), out);
    work.found.push_back({token.id, offset.begin - begin, offset.end - begin, 0});
  }
  return true;
}

}  // namespace sememe
