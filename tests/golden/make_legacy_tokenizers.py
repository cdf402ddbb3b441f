#!/usr/bin/env python3
"""Makes tests/golden/legacy-tokenizers: small vocabularies of old kinds, and what transformers 4.57 makes of folders of them.

    python tests/golden/make_legacy_tokenizers.py      (transformers==4.57.1, sentencepiece==0.2.3, no torch)

Each case is a folder (its files, by content or by name of a file beside expected.json) with the ids that the fast
tokenizer gives for each text alone, for pairs of neighbours, and the decoded text.
"""

import json
import os
import pathlib
import random
import shutil
import tempfile

os.environ["TRANSFORMERS_VERBOSITY"] = "error"
import sentencepiece
from transformers import AutoTokenizer

HERE = pathlib.Path(__file__).parent / "legacy-tokenizers"
TEXTS = [
    "hello world", "Hello  World!", " leading and trailing ", "", "   ", "caf\u00e9 na\u00efve \u00c5ngstr\u00f6m",
    "ab\tc\nd", "12,345 7, 8,", "``quoted'' text", "<s>in</s> <unk><mask>x <pad>", "[CLS] a [SEP][MASK]b [UNK]",
    "hello\u2581world", "\u4f60\u597d \U0001f600", "x <extra_id_0> y <extra_id_1>z", "don't stop, it's", "a\u0301 e\u0301",
    "<|endoftext|>hi<|endoftext|> there", "  two  spaces  ", "\u3000wide\u3000space", "A", "the the the",
]


def train():
    rng = random.Random(5)
    words = ["hello", "world", "the", "cat", "caf\u00e9", "quick", "na\u00efve", "123", "7,", "don't", "a", "it's", "stop,",
             "x", "leading", "and", "trailing", "text", "12,345", "8,", "quoted"]
    text = "\n".join(" ".join(rng.choice(words) for _ in range(12)) for _ in range(400))
    (HERE / "rules.tsv").write_text("C5\t61\n41\t61\n48\t68\n57\t77\n3000\t20\n61 301\tE1\n65 301\tE9\n", encoding="utf-8")
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as corpus:
        corpus.write(text)
        corpus.flush()
        common = dict(input=corpus.name, normalization_rule_tsv=str(HERE / "rules.tsv"), character_coverage=1.0,
                      vocab_size=90, hard_vocab_limit=False)
        sentencepiece.SentencePieceTrainer.train(model_prefix=str(HERE / "unigram"), model_type="unigram", **common)
        sentencepiece.SentencePieceTrainer.train(model_prefix=str(HERE / "symbols"), model_type="unigram",
                                                 user_defined_symbols=["<sep>", "<cls>", "\u2581x"], control_symbols=["[CLS]", "[SEP]"],
                                                 **common)
        sentencepiece.SentencePieceTrainer.train(model_prefix=str(HERE / "bytes"), model_type="bpe", byte_fallback=True,
                                                 **{**common, "vocab_size": 340})
    for name in ("unigram.vocab", "symbols.vocab", "bytes.vocab", "rules.tsv"):
        (HERE / name).unlink()


def byte_level():
    from transformers.models.gpt2.tokenization_gpt2 import bytes_to_unicode
    vocab = {token: i for i, token in enumerate(["<s>", "<pad>", "</s>", "<unk>", "<mask>", "<|endoftext|>", "<|startoftext|>",
                                                  "<|startoftranscript|>", "<|notimestamps|>"])}
    for character in bytes_to_unicode().values():
        vocab.setdefault(character, len(vocab))
    for character in bytes_to_unicode().values():
        vocab.setdefault(character + "</w>", len(vocab))
    merges = []
    for left, right in [("h", "e"), ("l", "l"), ("he", "ll"), ("hell", "o"), ("\u0120", "w"), ("\u0120w", "o"), ("t", "h"),
                        ("th", "e"), ("\u0120", "the"), ("a", "b"), ("l", "o</w>"), ("\u00c3", "\u00a9")]:
        if left + right not in vocab:
            if right not in vocab:
                continue
            vocab[left + right] = len(vocab)
        merges.append(f"{left} {right}")
    (HERE / "vocab.json").write_text(json.dumps(vocab), encoding="utf-8")
    (HERE / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", encoding="utf-8")


def cases():
    def sp(name, model, files, **config):
        return name, {files: f"@{model}.model"}, config

    yield sp("albert", "unigram", "spiece.model", tokenizer_class="AlbertTokenizer")
    yield sp("albert-cased", "symbols", "spiece.model", tokenizer_class="AlbertTokenizer", do_lower_case=False, keep_accents=True)
    yield sp("xlnet", "symbols", "spiece.model", tokenizer_class="XLNetTokenizer")
    yield sp("xlm-roberta", "unigram", "sentencepiece.bpe.model", tokenizer_class="XLMRobertaTokenizer")
    yield sp("xlm-roberta-dict", "unigram", "sentencepiece.bpe.model", tokenizer_class="XLMRobertaTokenizerFast",
             mask_token={"__type": "AddedToken", "content": "<mask>", "lstrip": True, "rstrip": False, "normalized": True,
                         "single_word": False})
    yield sp("camembert", "unigram", "sentencepiece.bpe.model", tokenizer_class="CamembertTokenizer")
    yield sp("t5", "unigram", "spiece.model", tokenizer_class="T5Tokenizer", extra_ids=4)
    yield sp("t5-new", "unigram", "spiece.model", tokenizer_class="T5Tokenizer", extra_ids=2, legacy=False)
    yield sp("t5-bpe", "bytes", "spiece.model", tokenizer_class="T5Tokenizer", extra_ids=2)
    yield sp("mbart", "unigram", "sentencepiece.bpe.model", tokenizer_class="MBartTokenizer", src_lang="de_DE")
    yield sp("deberta", "unigram", "spm.model", tokenizer_class="DebertaV2Tokenizer", unk_token="<unk>", pad_token="<pad>",
             do_lower_case=True)
    yield sp("deberta-punctuation", "symbols", "spm.model", tokenizer_class="DebertaV2Tokenizer", unk_token="<unk>",
             split_by_punct=True)
    yield sp("llama", "bytes", "tokenizer.model", tokenizer_class="LlamaTokenizer")
    yield sp("llama-new", "bytes", "tokenizer.model", tokenizer_class="LlamaTokenizer", legacy=False, add_eos_token=True,
             pad_token="<pad>")
    yield sp("llama-no-prefix", "bytes", "tokenizer.model", tokenizer_class="LlamaTokenizer", add_prefix_space=False,
             add_bos_token=False)
    yield sp("gemma", "bytes", "tokenizer.model", tokenizer_class="GemmaTokenizer")
    pair = {"vocab.json": "@vocab.json", "merges.txt": "@merges.txt"}
    yield "gpt2", pair, dict(tokenizer_class="GPT2Tokenizer")
    yield "gpt2-bos", pair, dict(tokenizer_class="GPT2Tokenizer", add_bos_token=True, add_prefix_space=True)
    yield "roberta", pair, dict(tokenizer_class="RobertaTokenizer")
    yield "roberta-prefix", pair, dict(tokenizer_class="RobertaTokenizer", add_prefix_space=True)
    yield "clip", pair, dict(tokenizer_class="CLIPTokenizer")
    yield "whisper", pair, dict(tokenizer_class="WhisperTokenizer")
    yield "qwen2", pair, dict(tokenizer_class="Qwen2Tokenizer")


def write_folder(folder, files, config):
    for name, content in files.items():
        if content.startswith("@"):
            shutil.copy(HERE / content[1:], folder / name)
        else:
            (folder / name).write_text(content, encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")


def main():
    shutil.rmtree(HERE, ignore_errors=True)
    HERE.mkdir()
    train()
    byte_level()
    out = []
    with tempfile.TemporaryDirectory() as root:
        for name, files, config in cases():
            folder = pathlib.Path(root) / name
            folder.mkdir()
            write_folder(folder, files, config)
            tokenizer = AutoTokenizer.from_pretrained(str(folder), use_fast=True).backend_tokenizer
            single = [tokenizer.encode(text) for text in TEXTS]
            pairs = [tokenizer.encode(a, b) for a, b in zip(TEXTS, TEXTS[1:])]
            out.append({"name": name, "files": files, "config_text": json.dumps(config), "ids": [e.ids for e in single],
                        "offsets": [[x for o in e.offsets for x in o] for e in single],
                        "pair_ids": [e.ids for e in pairs], "pair_types": [e.type_ids for e in pairs],
                        "decoded": [tokenizer.decode(e.ids) for e in single]})
    lines = ",\n".join(json.dumps(case) for case in out)
    (HERE / "expected.json").write_text(f'{{"texts": {json.dumps(TEXTS)},\n"cases": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
