#include "words/pair_cells.h"

#include <algorithm>
#include <span>

namespace sememe {

void PairCells::add(const PairRecord& record) {
  cells_[static_cast<std::size_t>(record.word % kSide * kSide + record.context % kSide)].records.push_back(record);
  ++size_;
  if (++held_ >= most_) spill();
}

void PairCells::spill() {
  for (Cell& cell : cells_) {
    if (cell.records.empty()) continue;
    cell.blocks.push_back({file_.append(std::as_bytes(std::span(cell.records))), std::ssize(cell.records)});
    cell.records.clear();
  }
  held_ = 0;
}

void PairCells::read(std::int64_t row, std::int64_t column, std::vector<PairRecord>& out) const {
  const Cell& cell = cells_[static_cast<std::size_t>(row * kSide + column)];
  out.clear();
  for (const Block& block : cell.blocks) {
    out.resize(out.size() + static_cast<std::size_t>(block.size));
    file_.read(block.at, std::as_writable_bytes(std::span(out).last(static_cast<std::size_t>(block.size))));
  }
  out.insert(out.end(), cell.records.begin(), cell.records.end());
}

}  // namespace sememe
