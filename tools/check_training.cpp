// Compares the trainer with PyTorch: losses, gradients at step 0 and parameters after three steps of a small
// checkpoint. Usage: check_training FIXTURE_FOLDER CHECKPOINT_FOLDER
//
// FIXTURE_FOLDER holds cases.json (texts as ids, and per loss its tensors without a true gradient) and <loss>.npz with
// loss_0..3, grad/<tensor> and param/<tensor>. Prints a line per loss with its worst deviations; exit 1 if one is
// beyond its bound:
//   loss       1e-6 of max(|loss|, 0.1): the lesson's loss is a difference of cosines near 1, which float32 has to 6e-8
//   gradient   5e-5 of the tensor's largest value
//   parameter  99.99 % of all elements within 1e-5, none beyond 5e-4; tensors without a true gradient left out
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "base/fail.h"
#include "io/file.h"
#include "io/json.h"
#include "io/npz.h"
#include "model/pipeline.h"
#include "train/encoder_graph.h"
#include "train/losses.h"
#include "train/optimizer.h"

namespace sememe::train {
namespace {

namespace fs = std::filesystem;

using Column = std::vector<std::vector<std::int32_t>>;  // ids of each text

Column column_of(const Json& ids, std::string_view name) {
  Column column;
  for (const Json& text : ids.at(name).elements()) {
    column.emplace_back();
    for (const Json& id : text.elements()) column.back().push_back(static_cast<std::int32_t>(id.as_int()));
  }
  return column;
}

std::vector<double> numbers_of(const Json& array) {
  std::vector<double> out;
  for (const Json& x : array.elements()) out.push_back(x.as_number());
  return out;
}

std::vector<double> doubles_of(const NpyArray& array) {
  const auto values = array.as<double>();
  return {values.begin(), values.end()};
}

struct Case {
  std::string name;
  LossSpec spec;
  std::vector<Column> columns;
  std::vector<double> targets;
  std::int64_t target_width = 1;
  OptimizerOptions optimizer{.weight_decay = 0.01, .clip = 0};
  int parts = 1;  // of the batch, whose gradients are accumulated
};

/// "..._margin05" -> 0.5, "..._margin5" -> 5.
double margin_of(const std::string& name, double fallback) {
  const std::size_t at = name.find("margin");
  if (at == std::string::npos || name.size() < at + 7 || std::isdigit(static_cast<unsigned char>(name[at + 6])) == 0)
    return fallback;
  const std::string digits = name.substr(at + 6);
  return digits[0] == '0' ? std::stod("0." + digits.substr(1)) : std::stod(digits);
}

Case make_case(const std::string& name, const Json& cases, const NpzReader& expected) {
  Case c;
  c.name = name;
  const Json ids = cases.at("ids");
  const auto has = [&](const char* part) { return name.find(part) != std::string::npos; };
  const auto use = [&](const char* loss, std::vector<const char*> columns) {
    c.spec = *parse_loss(loss);
    for (const char* column : columns) c.columns.push_back(column_of(ids, column));
  };
  if (name == "seed") {
    use("lesson", {});
    const Column texts = column_of(ids, "seed_texts");
    for (std::size_t i = 0; i < 3; ++i) c.columns.push_back({texts.at(i)});
  } else if (has("mnr")) {
    use("mnr", {"anchors", "positives"});
    if (!has("pairs") && !has("symmetric") && !has("accumulate")) c.columns.push_back(column_of(ids, "negatives"));
    c.spec.scale = cases.get_number("scale", 20);
    c.spec.symmetric = has("symmetric");
    if (has("matryoshka"))
      for (const Json& d : cases.at("matryoshka_dims").elements()) c.spec.dimensions.push_back(d.as_int());
    if (has("clip")) c.optimizer.clip = 0.5;
    if (has("sgd")) {
      c.optimizer.kind = OptimizerKind::kSgd;
      c.optimizer.weight_decay = 0;
      c.optimizer.momentum = 0.9;
    }
    if (has("accumulate")) c.parts = 2;
  } else if (has("margin_mse")) {
    use("margin-mse", {"anchors", "positives", "negatives"});
    c.targets = doubles_of(expected.read("teacher_margin"));
  } else if (has("mse")) {
    use("mse", {"anchors"});
    const NpyArray teacher = expected.read("teacher");
    c.targets = doubles_of(teacher);
    c.target_width = teacher.shape.at(1);
  } else if (has("triplet")) {
    use("triplet", {"anchors", "positives", "negatives"});
  } else if (has("softmax")) {
    use("softmax", {"anchors", "positives"});
    c.targets = numbers_of(cases.at("class_labels"));
    c.spec.classes = expected.read("head_weight").shape.at(0);
  } else if (has("contrastive")) {
    use(has("online") ? "online-contrastive" : "contrastive", {"anchors", "positives"});
    c.targets = numbers_of(cases.at("labels"));
  } else if (has("cosent") || has("angle") || has("cosine_similarity")) {
    use(has("cosent") ? "cosent" : has("angle") ? "angle" : "cosine-similarity", {"anchors", "positives"});
    c.targets = numbers_of(cases.at("scores"));
  } else {
    fail(ErrorCode::kUnsupported, "cases.json: loss ", quote(name), " is not known to this program");
  }
  if (has("cosine_margin")) c.spec.distance = Distance::kCosine;
  if (has("euclidean")) c.spec.distance = Distance::kEuclidean;
  if (has("manhattan")) c.spec.distance = Distance::kManhattan;
  if (c.spec.kind == LossKind::kTriplet || c.spec.kind == LossKind::kContrastive ||
      c.spec.kind == LossKind::kOnlineContrastive)
    c.spec.margin = margin_of(name, c.spec.margin);
  return c;
}

class Run {
 public:
  Run(const PipelineConfig& pipeline, const Case& c, const NpzReader& expected, ThreadPool& pool)
      : graph_(pipeline, pool), case_(c), pool_(pool) {
    if (c.spec.kind != LossKind::kSoftmax) return;
    for (const char* name : {"head_weight", "head_bias"}) {
      const NpyArray values = expected.read(name);
      Parameter<float>& p = graph_.parameters().add(name, values.shape);
      const auto doubles = values.as<double>();
      std::copy(doubles.begin(), doubles.end(), p.value.data());
      p.trained = false;
    }
  }

  ParameterSet<float>& parameters() { return graph_.parameters(); }
  void prepare() { graph_.prepare(); }

  /// Loss of rows [begin, end) of the batch; its gradient times `factor` is added.
  double loss(std::size_t begin, std::size_t end, double factor) {
    std::vector<std::int32_t> ids;
    std::vector<std::int64_t> offsets = {0};
    for (const Column& column : case_.columns)
      for (std::size_t i = begin; i < end; ++i) {
        ids.insert(ids.end(), column[i].begin(), column[i].end());
        offsets.push_back(static_cast<std::int64_t>(ids.size()));
      }
    const TokenBatch batch{ids, offsets};
    const std::int64_t rows = static_cast<std::int64_t>(end - begin);
    Matrix out(batch.texts(), graph_.dimensions()), d_out(batch.texts(), graph_.dimensions());
    graph_.forward(batch, 0, {}, out.view());
    LossBatch<float> data{.targets = std::span(case_.targets).subspan(case_.targets.empty() ? 0 : begin),
                          .target_width = case_.target_width,
                          .head_weight = parameters().find("head_weight"),
                          .head_bias = parameters().find("head_bias")};
    for (std::size_t s = 0; s < case_.columns.size(); ++s) {
      data.columns.push_back(out.view().slice_rows(static_cast<std::int64_t>(s) * rows, rows));
      data.gradients.push_back(d_out.view().slice_rows(static_cast<std::int64_t>(s) * rows, rows));
    }
    const double value = compute_loss<float>(case_.spec, data, factor, pool_);
    graph_.backward(batch, 0, {}, d_out.view());
    return value;
  }

 private:
  EncoderGraph<float> graph_;
  const Case& case_;
  ThreadPool& pool_;
};

struct Worst {
  double value = 0;
  std::string tensor;
  void see(double x, const std::string& name) {
    if (x <= value) return;  // NaN is not
    value = x;
    tensor = name;
  }
};

bool check(const Case& c, const Json& facts, const NpzReader& expected, const PipelineConfig& pipeline,
           ThreadPool& pool) {
  Run run(pipeline, c, expected, pool);
  std::set<std::string> zero;
  for (const Json& name : facts.at("zero_gradient").elements()) zero.emplace(name.as_string());
  const std::vector<double> rates = numbers_of(facts.at("learning_rates"));
  Optimizer optimizer(run.parameters(), c.optimizer, pool);
  const std::size_t rows = c.columns.front().size();

  const auto accumulate = [&] {
    run.parameters().zero_gradients(pool);
    double sum = 0;
    for (int part = 0; part < c.parts; ++part)
      sum += run.loss(rows * part / c.parts, rows * (part + 1) / c.parts, 1.0 / c.parts) / c.parts;
    return sum;
  };
  const auto whole = [&] {  // the loss of the batch in one piece
    run.parameters().zero_gradients(pool);
    return run.loss(0, rows, 1);
  };

  const double want = expected.read("loss_0").as<double>()[0];
  const double loss_off = std::abs(whole() - want) / std::max(std::abs(want), 0.1);
  accumulate();
  Worst gradient;
  for (const std::string& name : expected.names()) {
    if (!name.starts_with("grad/") || zero.contains(name.substr(5))) continue;
    const NpyArray array = expected.read(name);
    const auto wanted = array.as<double>();
    Parameter<float>* const p = run.parameters().find(name.substr(5));
    if (p == nullptr) fail(ErrorCode::kCorrupt, "tensor ", name, " is not in the checkpoint");
    double largest = 0;
    for (const double x : wanted) largest = std::max(largest, std::abs(x));
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const double got = p->gradient.empty() ? 0 : p->gradient[static_cast<std::int64_t>(i)];
      gradient.see(std::abs(got - wanted[i]) / (largest == 0 ? 1 : largest), p->name);
    }
  }

  double norm_off = 0;
  for (std::size_t step = 0; step < rates.size(); ++step) {
    accumulate();
    const double norm = optimizer.step(rates[step]);
    run.prepare();
    if (const std::string name = concat("grad_norm_", step); expected.contains(name))
      norm_off = std::max(norm_off, std::abs(norm / expected.read(name).as<double>()[0] - 1));
  }
  Worst parameter;
  std::int64_t beyond = 0, elements = 0;
  for (const std::string& name : expected.names()) {
    if (!name.starts_with("param/") || zero.contains(name.substr(6))) continue;
    const NpyArray array = expected.read(name);
    Parameter<float>* const p = run.parameters().find(name.substr(6));
    const auto wanted = array.as<double>();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const double off = std::abs(p->value[static_cast<std::int64_t>(i)] - wanted[i]);
      parameter.see(off, p->name);
      beyond += !(off <= 1e-5);
      ++elements;
    }
  }
  const double last = expected.read(concat("loss_", rates.size())).as<double>()[0];
  const double last_off = std::abs(whole() - last) / std::max(std::abs(last), 0.1);
  const bool good = loss_off <= 1e-6 && gradient.value <= 5e-5 && norm_off <= 1e-5 &&
                    static_cast<double>(beyond) <= 1e-4 * static_cast<double>(elements) && parameter.value <= 5e-4;
  std::printf("%-36s %-4s loss %.1e  gradient %.1e", c.name.c_str(), good ? "ok" : "BAD", loss_off, gradient.value);
  if (elements > 0)
    std::printf("  parameters %.1e, %lld of %lld beyond 1e-5", parameter.value, static_cast<long long>(beyond),
                static_cast<long long>(elements));
  std::printf("  loss after %zu steps %.1e", rates.size(), last_off);
  if (!good)
    std::printf("  (worst gradient: %s; worst parameter: %s)", gradient.tensor.c_str(), parameter.tensor.c_str());
  std::printf("\n");
  return good;
}

int run_checks(const fs::path& fixtures, const fs::path& checkpoint) {
  // Python writes NaN, which JSON does not have, for the error of a gradient that is zero.
  std::string text = read_file(fixtures / "cases.json", std::int64_t{1} << 28);
  for (std::size_t at = 0; (at = text.find(": NaN", at)) != std::string::npos;) text.replace(at, 5, ": null");
  const JsonDocument document = JsonDocument::parse(text, (fixtures / "cases.json").string());
  const PipelineConfig pipeline = read_pipeline(checkpoint, std::nullopt);
  ThreadPool pool(ThreadPool::available_cores());
  bool good = true;
  int count = 0;
  for (const auto& [name, facts] : document.root().at("losses").members()) {
    const NpzReader expected(fixtures / concat(name, ".npz"));
    good = check(make_case(std::string(name), document.root(), expected), facts, expected, pipeline, pool) && good;
    ++count;
  }
  std::printf("%d losses: %s\n", count, good ? "all within their bounds" : "NOT all within their bounds");
  return good ? 0 : 1;
}

}  // namespace
}  // namespace sememe::train

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: check_training FIXTURE_FOLDER CHECKPOINT_FOLDER\n");
    return 2;
  }
  try {
    return sememe::train::run_checks(argv[1], argv[2]);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "check_training: %s\n", e.what());
    return 2;
  }
}
