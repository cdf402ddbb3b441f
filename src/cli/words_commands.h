#pragma once

#include "cli/command.h"

namespace sememe::cli {

/// The members of kWords.
extern const Command kWordsPrepare, kWordsPhrases, kWordsTrain, kWordsNeighbors, kWordsAnalogy, kWordsSimilarity,
    kWordsOddOneOut, kWordsCompare, kWordsVector, kWordsPredict, kWordsQuantize, kWordsEval, kWordsConvert, kWordsInfo;

/// The members of kWordsTrain.
extern const Command kWordsTrainWord2Vec, kWordsTrainGlove, kWordsTrainFastText, kWordsTrainSupervised;

}  // namespace sememe::cli
