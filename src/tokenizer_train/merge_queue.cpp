#include "tokenizer_train/merge_queue.h"

#include <algorithm>

namespace sememe {

void MergeQueue::push(const MergeCandidate& candidate) {
  const Ranked ranked{candidate, pushed_++};
  if (candidate.count < lowest_) {
    buckets_[candidate.count].push_back(ranked);
    return;
  }
  heap_.push_back(ranked);
  std::push_heap(heap_.begin(), heap_.end());
}

bool MergeQueue::pop(MergeCandidate& candidate) {
  while (heap_.empty() && lowest_ > 0) {
    heap_.swap(buckets_[--lowest_]);
    std::make_heap(heap_.begin(), heap_.end());
  }
  if (heap_.empty()) return false;
  std::pop_heap(heap_.begin(), heap_.end());
  candidate = heap_.back().candidate;
  heap_.pop_back();
  return true;
}

}  // namespace sememe
