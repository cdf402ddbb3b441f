#include "cli/train_demo_pairs.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string_view>
#include <vector>

#include "base/fail.h"
#include "base/rng.h"
#include "io/own_file.h"
#include "sememe/words.h"

namespace sememe::cli {
namespace {

using Words = std::vector<std::string_view>;

/// Rows of the table of words, the common ones first; those before kCommon say little of what a text is about.
constexpr std::int64_t kWords = 15000, kCommon = 100, kNear = 5;
constexpr double kNearEnough = 0.55;  // cosine of words that may stand for each other

/// Sentences of one subject: a word of each slot, and words of one slot's list that mean the same stand together.
struct Subject {
  std::vector<std::vector<Words>> slots;  ///< a slot has meanings, a meaning has words
};

std::vector<Subject> subjects() {
  const std::vector<Words> animals = {{"cat", "feline", "kitten"},
                                      {"dog", "hound", "canine"},
                                      {"horse", "pony", "mare"},
                                      {"bird", "sparrow", "finch"},
                                      {"rabbit", "hare", "bunny"}};
  const std::vector<Words> rests = {
      {"sat", "rested", "settled"}, {"slept", "dozed", "napped"}, {"played", "frolicked"}, {"waited", "lingered"}};
  const std::vector<Words> places = {{"on the mat", "on the rug", "on the carpet"},
                                     {"in the garden", "in the yard"},
                                     {"by the window", "near the window"},
                                     {"on the sofa", "on the couch"},
                                     {"under the tree", "beneath the tree"}};
  const std::vector<Words> goods = {{"stock prices", "share prices", "equities"},
                                    {"oil prices", "crude prices"},
                                    {"bond yields", "interest rates"},
                                    {"house prices", "home values"}};
  const std::vector<Words> moves = {
      {"rose", "climbed", "gained"}, {"fell", "dropped", "declined"}, {"held steady", "barely moved"}};
  const std::vector<Words> ways = {
      {"sharply", "steeply", "strongly"}, {"slightly", "a little"}, {"on Friday", "at the end of the week"}};
  const std::vector<Words> players = {
      {"the musician", "the performer"}, {"the orchestra", "the band"}, {"the singer", "the vocalist"}};
  const std::vector<Words> plays = {
      {"played a song", "performed a tune"}, {"rehearsed", "practised"}, {"recorded an album", "made a record"}};
  const std::vector<Words> halls = {
      {"in the hall", "in the theatre"}, {"at home", "in the living room"}, {"in the studio", "at the studio"}};
  const std::vector<Words> cooks = {
      {"the cook", "the chef"}, {"my mother", "my mum"}, {"the baker", "the pastry cook"}};
  const std::vector<Words> makes = {
      {"baked bread", "made a loaf"}, {"fried fish", "cooked fish in a pan"}, {"boiled rice", "cooked rice"}};
  const std::vector<Words> times = {
      {"in the morning", "at dawn"}, {"for dinner", "for the evening meal"}, {"yesterday", "the day before"}};
  const std::vector<Words> one = {{"the", "a"}};
  return {{{one, animals, rests, places}}, {{goods, moves, ways}}, {{players, plays, halls}}, {{cooks, makes, times}}};
}

/// Words that may stand for each word of the table.
std::vector<std::vector<std::int64_t>> stand_ins(const WordVectors& words, int threads) {
  std::vector<std::vector<std::int64_t>> out(static_cast<std::size_t>(words.size()));
  const auto near = words.nearest(words.vectors(), kNear + 1, {}, 0, threads);
  for (std::size_t i = 0; i < out.size(); ++i)
    for (const ScoredWord& word : near[i])
      if (word.id != static_cast<std::int64_t>(i) && word.id >= kCommon && word.score >= kNearEnough)
        out[i].push_back(word.id);
  return out;
}

}  // namespace

std::string made_up_pairs(std::uint64_t seed) {
  const std::vector<Subject> all = subjects();
  const CounterRng random(seed, 77);
  std::uint64_t at = 0;
  const auto choose = [&](std::size_t n) { return random.below(at++ << 8, static_cast<std::uint32_t>(n)); };
  std::string rows = "anchor\tpositive\n";
  for (int row = 0; row < 6000; ++row) {
    std::string sides[2];
    for (const auto& slot : all[choose(all.size())].slots) {
      const Words& meaning = slot[choose(slot.size())];
      for (std::string& side : sides) side.append(side.empty() ? "" : " ").append(meaning[choose(meaning.size())]);
    }
    rows.append(sides[0]).append("\t").append(sides[1]).append("\n");
  }
  return rows;
}

std::string word_pairs(std::uint64_t seed, std::int64_t count, int threads) {
  constexpr std::string_view kName = "words-en.safetensors";
  const std::filesystem::path file = own_file(kName);
  if (file.empty())
    fail(ErrorCode::kNotFound, "the program's word vectors, share/sememe/", kName,
         ", are not beside it; give pairs with --data FILE");
  const WordVectors words = WordVectors::load(file, {.limit = kWords});
  const auto others = stand_ins(words, threads);
  const CounterRng random(seed, 78);
  std::uint64_t at = 0;
  const auto uniform = [&] { return static_cast<double>(random.uniform(at++)); };
  const auto choose = [&](std::size_t n) {
    return std::min(static_cast<std::size_t>(uniform() * static_cast<double>(n)), n - 1);
  };
  // Frequencies fall with the rank in a text; more slowly here, so that rare words have their turn.
  const double least = std::sqrt(static_cast<double>(kCommon)), most = std::sqrt(static_cast<double>(words.size()));
  const auto word = [&] {
    const double root = least + uniform() * (most - least);
    return std::min(static_cast<std::int64_t>(root * root), words.size() - 1);
  };
  const auto common = [&] { return static_cast<std::int64_t>(std::pow(uniform(), 3) * kCommon); };
  std::string rows = "anchor\tpositive\n";
  for (std::int64_t row = 0; row < count; ++row) {
    std::vector<std::int64_t> sides[2];
    for (std::size_t left = 2 + choose(5); left > 0; --left) {
      const std::int64_t id = word();
      const std::vector<std::int64_t>& other = others[static_cast<std::size_t>(id)];
      sides[0].push_back(id);
      if (left > 1 && uniform() < 0.1) continue;
      sides[1].push_back(!other.empty() && uniform() < 0.5 ? other[choose(other.size())] : id);
    }
    for (std::vector<std::int64_t>& side : sides) {
      for (std::size_t left = choose(4); left > 0; --left)
        side.insert(side.begin() + static_cast<std::ptrdiff_t>(choose(side.size() + 1)), common());
      for (std::size_t i = 0; i < side.size(); ++i) rows.append(i == 0 ? "" : " ").append(words.word(side[i]));
      rows.append(&side == &sides[0] ? "\t" : "\n");
    }
  }
  return rows;
}

}  // namespace sememe::cli
