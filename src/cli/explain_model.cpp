#include "cli/explain_model.h"

#include <algorithm>
#include <cmath>

#include "base/fail.h"
#include "cli/numbers.h"
#include "cli/terminal.h"
#include "sememe/similarity.h"

namespace sememe::cli {
namespace {

constexpr std::int64_t kNumbers = 6;  // of a row that are shown
constexpr std::int64_t kLayers = 6;   // columns at most
constexpr int kMostWidth = 24;        // of a token
constexpr int kBar = 24;

std::vector<std::string> printable_tokens(const TextTrace& trace) {
  std::vector<std::string> out;
  for (const std::string& token : trace.steps.encoding.tokens) out.push_back(shorten(printable(token), kMostWidth));
  return out;
}

int width_of(std::span<const std::string> tokens) {
  int width = 5;
  for (const std::string& token : tokens) width = std::max(width, display_width(token));
  return width;
}

std::string first_numbers(std::span<const float> row) {
  std::string out;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (static_cast<std::int64_t>(i) == kNumbers) return out.append(" …");
    out.append(fixed(row[i], 4, 9));
  }
  return out;
}

double length_of(std::span<const float> row) { return std::sqrt(similarity(row, row, Measure::kDot)); }

/// The layers that are shown, from 1: all, or some in even steps that end with the last.
std::vector<std::int64_t> shown_layers(std::int64_t layers) {
  const std::int64_t columns = std::min(layers, kLayers);
  std::vector<std::int64_t> out;
  for (std::int64_t i = 1; i <= columns; ++i) out.push_back(i * layers / columns);
  return out;
}

/// Mean over the heads: (L, L).
Matrix mean_attention(const AttentionTrace& inside, std::size_t layer) {
  const std::int64_t n = inside.tokens;
  Matrix out(n, n);
  for (std::int64_t h = 0; h < inside.heads; ++h)
    for (std::int64_t i = 0; i < n * n; ++i)
      out.data()[i] += inside.attention[layer][h * n * n + i] / static_cast<float>(inside.heads);
  return out;
}

/// The token, special ones and itself aside, that token `t` heeds most; -1 if there is no other.
std::int64_t most_heeded(std::span<const float> attention, const Encoding& encoding, std::int64_t t) {
  std::int64_t best = -1;
  for (std::int64_t i = 0; i < std::ssize(attention); ++i)
    if (i != t && !encoding.run(static_cast<std::size_t>(i)).special && (best < 0 || attention[i] > attention[best]))
      best = i;
  return best;
}

std::string numbered(std::int64_t t, std::string_view token, int width) {
  return concat(right_aligned(t, 6), "  ", pad_right(token, width), "  ");
}

std::string layers_form(const TextTrace& trace, std::span<const std::string> tokens, int width) {
  const AttentionTrace& inside = trace.inside;
  std::string out =
      "\nlayers      how like what entered the first layer each token still is (cosine), and the other token it heeds "
      "most\n     #  ";
  out.append(pad_right("token", width)).append("  ");
  const std::vector<std::int64_t> shown = shown_layers(std::ssize(inside.attention));
  std::vector<Matrix> attention;
  for (const std::int64_t layer : shown) {
    attention.push_back(mean_attention(inside, static_cast<std::size_t>(layer - 1)));
    out.append(pad_right(concat(" layer ", layer), width + 7));
  }
  for (std::int64_t t = 0; t < inside.tokens; ++t) {
    while (out.back() == ' ') out.pop_back();
    out.append("\n").append(numbered(t, tokens[t], width));
    for (std::size_t column = 0; column < shown.size(); ++column) {
      const std::int64_t heeded = most_heeded(attention[column].row(t), trace.steps.encoding, t);
      out.append(fixed(cosine_similarity(inside.hidden[0].row(t), inside.hidden[shown[column]].row(t)), 2, 5));
      out.append(pad_right(concat(" ", heeded < 0 ? "-" : tokens[heeded]), width + 2));
    }
  }
  while (out.back() == ' ') out.pop_back();
  return out.append("\n");
}

}  // namespace

std::string trace_text_form(const TextTrace& trace, const EncoderInfo& model) {
  const std::vector<std::string> tokens = printable_tokens(trace);
  const int width = width_of(tokens);
  std::string out = concat("\ntable rows  of each token, one of ", with_commas(model.vocab_size), " rows of ",
                           trace.inside.table_rows.cols(), " numbers: the same in every text\n     #  ",
                           pad_right("token", width), "  length  numbers\n");
  for (std::int64_t t = 0; t < trace.inside.tokens; ++t) {
    const std::span<const float> row = trace.inside.table_rows.row(t);
    out.append(numbered(t, tokens[t], width)).append(fixed(length_of(row), 3, 6)).append(first_numbers(row));
    out.append("\n");
  }
  out.append(layers_form(trace, tokens, width));
  std::string modules;
  for (const std::string& module : model.modules) modules.append(modules.empty() ? "" : " > ").append(module);
  const std::span<const float> vector = trace.vector.row(0);
  out.append("\nmodules     ").append(modules);
  out.append(concat("\nvector      ", std::ssize(vector), " numbers of length ", fixed(length_of(vector), 4, 0), ":",
                    first_numbers(vector), "\n"));
  return out;
}

std::string shares_text_form(const TextTrace& one, const TextTrace& other) {
  std::string out =
      concat("\ncosine      ", fixed(cosine_similarity(one.vector.row(0), other.vector.row(0)), 4, 0), "\n");
  for (const auto& [trace, second] : {std::pair{&one, &other}, std::pair{&other, &one}}) {
    const std::vector<float> shares = cosine_shares(*trace, *second);
    if (shares.empty()) return out.append("shares      none: this model's vector is not the mean of its tokens\n");
    const std::vector<std::string> tokens = printable_tokens(*trace);
    const int width = width_of(tokens);
    float most = 0;
    for (const float share : shares) most = std::max(most, std::abs(share));
    out.append("\nshares      ").append(printable(trace->text)).append("\n");
    for (std::size_t t = 0; t < shares.size(); ++t) {
      out.append(numbered(static_cast<std::int64_t>(t), tokens[t], width)).append(fixed(shares[t], 4, 7));
      const auto cells = static_cast<int>(std::lround(std::abs(shares[t]) / std::max(most, 1e-30F) * kBar));
      if (cells > 0) out.append("  ");
      for (int i = 0; i < cells; ++i) out.append(shares[t] < 0 ? "░" : "█");
      out.append("\n");
    }
  }
  return out;
}

void write_trace(JsonWriter& json, const TextTrace& trace) {
  json.key("layers").begin_array();
  for (std::size_t layer = 0; layer < trace.inside.attention.size(); ++layer) {
    const Matrix attention = mean_attention(trace.inside, layer);
    std::vector<float> like;
    for (std::int64_t t = 0; t < trace.inside.tokens; ++t)
      like.push_back(cosine_similarity(trace.inside.hidden[0].row(t), trace.inside.hidden[layer + 1].row(t)));
    json.begin_object().key("similarity").numbers(like).key("attention").begin_array();
    for (std::int64_t t = 0; t < attention.rows(); ++t) json.numbers(attention.row(t));
    json.end_array().end_object();
  }
  json.end_array().key("vector").numbers(trace.vector.row(0));
}

}  // namespace sememe::cli
