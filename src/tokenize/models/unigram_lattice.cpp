// Sampling and n-best segmentations, which need all ways through a piece at once.
#include <cmath>
#include <functional>
#include <numeric>

#include "base/rng.h"
#include "io/utf8.h"
#include "tokenize/models/unigram_writer.h"

namespace sememe {

/// All tokens at all places of a piece. Nodes are ordered by where they begin; node 0 stands for the begin of the
/// piece, the last for its end.
struct Unigram::Lattice {
  struct Node {
    std::int32_t id;
    std::int32_t begin, end;
    double score;
    double best = 0;             // of the ways from the begin up to and with this node
    std::int32_t previous = -1;  // on the best of them
  };
  std::vector<Node> nodes;
  std::vector<std::vector<std::int32_t>> ending;  // at a byte

  const std::vector<std::int32_t>& before(const Node& node) const {
    return ending[static_cast<std::size_t>(node.begin)];
  }
};

namespace {

constexpr std::int32_t kEdge = -2;  // the begin and the end of a piece

/// log(exp(x) + exp(y)), within rounding.
double log_sum_exp(double x, double y) {
  const double low = std::min(x, y), high = std::max(x, y);
  return high > low + 50 ? high : high + std::log(std::exp(low - high) + 1);
}

/// Index drawn by weight; the first if the weights are none.
std::size_t draw(const std::vector<double>& weights, double uniform) {
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (!(total > 0) || !std::isfinite(total)) return 0;
  double left = uniform * total;
  for (std::size_t i = 0; i + 1 < weights.size(); ++i) {
    if (left < weights[i]) return i;
    left -= weights[i];
  }
  return weights.size() - 1;
}

}  // namespace

Unigram::Lattice Unigram::make_lattice(std::string_view piece) const {
  Lattice out;
  out.ending.resize(piece.size() + 1);
  const auto add = [&](std::int32_t id, std::size_t begin, std::size_t end, double score) {
    Lattice::Node node{id, static_cast<std::int32_t>(begin), static_cast<std::int32_t>(end), score};
    if (!out.nodes.empty()) {
      for (const std::int32_t previous : out.ending[begin]) {
        const double sum = out.nodes[static_cast<std::size_t>(previous)].best + score;
        if (node.previous < 0 || sum > node.best) {
          node.previous = previous;
          node.best = sum;
        }
      }
    }
    if (id != kEdge || begin == 0) out.ending[end].push_back(static_cast<std::int32_t>(out.nodes.size()));
    out.nodes.push_back(node);
  };
  add(kEdge, 0, 0, 0);
  for (std::size_t at = 0; at < piece.size();) {
    const auto length = static_cast<std::size_t>(decode_utf8(piece, at).length);
    bool single = false;
    ByteTrie::Node node = trie_.root();
    for (std::size_t end = at; end < piece.size() && trie_.step(node, piece[end]);) {
      ++end;
      const std::int32_t id = node.value();
      if (id < 0) continue;
      add(id, at, end, score_of(id));
      single = single || end - at == length;
    }
    if (!single) {
      if (!unk_id_) fail_unknown();
      add(Writer::kUnknown, at, at + length, unk_score_);
    }
    at += length;
  }
  add(kEdge, piece.size(), piece.size(), 0);
  return out;
}

void Unigram::write_path(std::string_view piece, const Lattice& lattice, const std::vector<std::int32_t>& path,
                         std::vector<ModelToken>& out) const {
  Writer writer(*this, piece, out);
  for (const std::int32_t node : path) {
    const Lattice::Node& n = lattice.nodes[static_cast<std::size_t>(node)];
    writer.add(n.id, static_cast<std::size_t>(n.end));
  }
  writer.flush();
}

namespace {

/// Paths through a lattice, best first: A* from the end, the best sums from the begin being exact estimates.
template <class Lattice>
std::vector<std::vector<std::int32_t>> best_paths(const Lattice& lattice, std::size_t n) {
  struct Hypothesis {
    double estimate, score;  // of the whole way; of what is behind
    std::int32_t node, next;
  };
  // As in the reference: beyond so many, only the best go on.
  constexpr std::size_t kMost = 100000, kFewest = 512;
  std::vector<Hypothesis> all;  // a chain from each to the end, by `next`
  std::vector<std::pair<double, std::int32_t>> agenda;
  const auto add = [&](Hypothesis hypothesis) {
    agenda.emplace_back(hypothesis.estimate, static_cast<std::int32_t>(all.size()));
    std::push_heap(agenda.begin(), agenda.end());
    all.push_back(hypothesis);
  };
  std::vector<std::vector<std::int32_t>> out;
  const auto last = static_cast<std::int32_t>(lattice.nodes.size()) - 1;
  add({0, 0, last, -1});
  while (!agenda.empty() && out.size() < n) {
    std::pop_heap(agenda.begin(), agenda.end());
    const std::int32_t top = agenda.back().second;
    agenda.pop_back();
    const Hypothesis hypothesis = all[static_cast<std::size_t>(top)];
    if (hypothesis.node == 0) {
      std::vector<std::int32_t> path;
      for (std::int32_t at = hypothesis.next; all[static_cast<std::size_t>(at)].node != last;
           at = all[static_cast<std::size_t>(at)].next) {
        path.push_back(all[static_cast<std::size_t>(at)].node);
      }
      out.push_back(std::move(path));
      continue;
    }
    for (const std::int32_t previous : lattice.before(lattice.nodes[static_cast<std::size_t>(hypothesis.node)])) {
      const auto& node = lattice.nodes[static_cast<std::size_t>(previous)];
      add({node.best + hypothesis.score, node.score + hypothesis.score, previous, top});
    }
    if (agenda.size() > kMost) {
      std::vector<std::pair<double, std::int32_t>> kept;
      for (std::size_t i = std::min(kFewest, n * 10); i > 0; --i) {
        std::pop_heap(agenda.begin(), agenda.end());
        kept.push_back(agenda.back());
        agenda.pop_back();
      }
      std::make_heap(kept.begin(), kept.end());
      agenda.swap(kept);
    }
  }
  return out;
}

}  // namespace

std::vector<std::vector<ModelToken>> Unigram::nbest(std::string_view piece, std::int64_t n) const {
  std::vector<std::vector<ModelToken>> out;
  if (piece.empty() || n <= 0) return out;
  const Lattice lattice = make_lattice(piece);
  for (const auto& path : best_paths(lattice, static_cast<std::size_t>(n))) {
    write_path(piece, lattice, path, out.emplace_back());
  }
  return out;
}

void Unigram::sample(std::string_view piece, const Sampling& sampling, std::uint64_t stream, Scratch* scratch,
                     std::vector<ModelToken>& out) const {
  if (piece.empty()) return;
  if (sampling.alpha.value_or(0) == 0) return tokenize(piece, scratch, out);
  const double alpha = *sampling.alpha;
  const CounterRng rng(sampling.seed, stream);
  const Lattice lattice = make_lattice(piece);
  const auto& nodes = lattice.nodes;
  std::vector<double> weights;
  if (sampling.nbest_size > 0) {
    const auto paths = best_paths(lattice, static_cast<std::size_t>(sampling.nbest_size));
    for (const auto& path : paths) {
      double score = 0;
      for (const std::int32_t node : path) score += nodes[static_cast<std::size_t>(node)].score;
      weights.push_back(std::exp(alpha * score));
    }
    return write_path(piece, lattice, paths[draw(weights, rng.uniform(0))], out);
  }
  // Forward filtering, backward sampling. Sums are multiplied by alpha once more at each node, as in the reference.
  std::vector<double> forward(nodes.size(), 0);
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    const auto& before = lattice.before(nodes[i]);
    for (std::size_t k = 0; k < before.size(); ++k) {
      const auto left = static_cast<std::size_t>(before[k]);
      const double term = alpha * (nodes[left].score + forward[left]);
      forward[i] = k == 0 ? term : log_sum_exp(forward[i], term);
    }
  }
  std::vector<std::int32_t> path;
  std::uint64_t draws = 0;
  for (std::size_t at = nodes.size() - 1;;) {
    const auto& before = lattice.before(nodes[at]);
    weights.clear();
    for (const std::int32_t left : before) {
      const auto& node = nodes[static_cast<std::size_t>(left)];
      weights.push_back(std::exp(forward[static_cast<std::size_t>(left)] + alpha * node.score - forward[at]));
    }
    at = static_cast<std::size_t>(before[draw(weights, rng.uniform(draws++))]);
    if (at == 0) break;
    path.push_back(static_cast<std::int32_t>(at));
  }
  std::reverse(path.begin(), path.end());
  write_path(piece, lattice, path, out);
}

}  // namespace sememe
