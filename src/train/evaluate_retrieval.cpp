#include <algorithm>
#include <cmath>
#include <map>

#include "base/fail.h"
#include "train/evaluate.h"
#include "train/records.h"

namespace sememe::train {
namespace {

struct Collection {
  std::vector<std::string> ids, texts;
};

Collection read_corpus(const std::filesystem::path& path) {
  RecordReader reader(path, {"_id", "title|", "text"});
  Collection c;
  std::vector<std::string> fields;
  while (reader.next(fields)) {
    c.ids.push_back(fields[0]);
    c.texts.push_back(fields[1].empty() ? fields[2] : fields[1] + " " + fields[2]);  // as BEIR joins them
  }
  return c;
}

Collection read_queries(const std::filesystem::path& path) {
  RecordReader reader(path, {"_id", "text"});
  Collection c;
  std::vector<std::string> fields;
  while (reader.next(fields)) {
    c.ids.push_back(fields[0]);
    c.texts.push_back(fields[1]);
  }
  return c;
}

}  // namespace

std::filesystem::path file_in(const std::filesystem::path& folder, const std::string& name) {
  std::error_code ignored;
  for (const char* const ending : {".gz", ".zst"})
    if (const auto packed = folder / (name + ending); std::filesystem::exists(packed, ignored)) return packed;
  return folder / name;
}

void evaluate_retrieval(const EvalTask& task, const EmbedTexts& embed, ThreadPool& pool, EvalResult& result) {
  const auto folder = task.path;
  const Collection corpus = read_corpus(file_in(folder, "corpus.jsonl"));
  const Collection queries = read_queries(file_in(folder, "queries.jsonl"));
  std::error_code ignored;
  const auto qrels =
      std::filesystem::exists(folder / "qrels.tsv", ignored) ? folder / "qrels.tsv" : folder / "qrels" / "test.tsv";
  std::map<std::string, std::map<std::string, double>> wanted;
  RecordReader reader(qrels, {"query-id", "corpus-id", "score"});
  for (std::vector<std::string> fields; reader.next(fields);)
    if (const double score = number_in(fields[2], reader.where()); score > 0) wanted[fields[0]][fields[1]] = score;

  Collection asked;  // queries that have an answer
  for (std::size_t i = 0; i < queries.ids.size(); ++i)
    if (wanted.contains(queries.ids[i])) {
      asked.ids.push_back(queries.ids[i]);
      asked.texts.push_back(queries.texts[i]);
    }
  if (asked.ids.empty())
    fail(ErrorCode::kCorrupt, qrels.string(), ": names no query of ", (folder / "queries.jsonl").string());
  const Matrix documents = directions(embed, corpus.texts, false), questions = directions(embed, asked.texts, true);
  // One more, as a query may be a document, which does not answer itself.
  const auto best = best_matches(questions.view(), documents.view(), 101, pool);
  double ndcg = 0, mrr = 0, map = 0, recall = 0;
  for (std::size_t q = 0; q < asked.ids.size(); ++q) {
    const auto& relevant = wanted[asked.ids[q]];
    std::vector<double> gains;
    for (const auto& [id, score] : relevant) gains.push_back(score);
    std::sort(gains.rbegin(), gains.rend());
    double ideal = 0, gained = 0, hits = 0, precision = 0;
    for (std::size_t i = 0; i < gains.size() && i < 10; ++i) ideal += gains[i] / std::log2(static_cast<double>(i) + 2);
    std::int64_t place = 0;
    for (const Found& found : best[q]) {
      const std::string& id = corpus.ids[static_cast<std::size_t>(found.row)];
      if (id == asked.ids[q] && corpus.texts[static_cast<std::size_t>(found.row)] == asked.texts[q]) continue;
      if (++place > 100) break;
      const auto at = relevant.find(id);
      if (at == relevant.end()) continue;
      hits += 1;
      precision += hits / static_cast<double>(place);
      if (place <= 10) gained += at->second / std::log2(static_cast<double>(place) + 1);
      if (hits == 1 && place <= 10) mrr += 1 / static_cast<double>(place);
    }
    ndcg += gained / ideal;
    map += precision / static_cast<double>(relevant.size());
    recall += hits / static_cast<double>(relevant.size());
  }
  const double n = static_cast<double>(asked.ids.size());
  result.count = std::ssize(asked.ids);
  result.metrics = {{"ndcg@10", ndcg / n}, {"mrr@10", mrr / n}, {"map@100", map / n}, {"recall@100", recall / n}};
}

}  // namespace sememe::train
