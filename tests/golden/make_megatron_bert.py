"""Writes megatron-bert/: a tiny pre-norm encoder with random weights and what sentence-transformers makes of it.

The public fixtures have no pre-norm encoder with a WordPiece vocabulary; this one stands in. Needs PyPI
sentence-transformers 6.2 (torch, transformers). Run: python3 tests/golden/make_megatron_bert.py
"""

import json
import pathlib
import string

import torch
from sentence_transformers import SentenceTransformer
from transformers import MegatronBertConfig, MegatronBertModel

HERE = pathlib.Path(__file__).parent / "megatron-bert"
TEXTS = ["", "cat", "the cat sat on the mat", "a river bank and a bank account", "Zebras quiver!", "x" * 60]


def main() -> None:
    torch.manual_seed(20261124)
    HERE.mkdir(exist_ok=True)
    (HERE / "1_Pooling").mkdir(exist_ok=True)
    words = "the cat sat on mat an river bank and account king queen".split()
    vocab = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words, *string.ascii_lowercase, "!", "."]
    vocab += ["##" + c for c in string.ascii_lowercase]
    (HERE / "vocab.txt").write_text("\n".join(vocab) + "\n")
    config = MegatronBertConfig(
        vocab_size=len(vocab), hidden_size=20, num_hidden_layers=2, num_attention_heads=4, intermediate_size=37,
        max_position_embeddings=40, type_vocab_size=2, layer_norm_eps=1e-12, hidden_act="gelu",
    )
    model = MegatronBertModel(config, add_pooling_layer=False).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            norm = "ln" in name
            parameter.normal_(1.0 if norm and name.endswith("weight") else 0.0, 0.2 if norm else 0.3)
    model.save_pretrained(HERE)
    write = lambda name, value: (HERE / name).write_text(json.dumps(value, indent=1) + "\n")
    write("tokenizer_config.json", {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": 32,
                                    "unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]",
                                    "cls_token": "[CLS]", "mask_token": "[MASK]"})
    write("sentence_bert_config.json", {"max_seq_length": 32, "do_lower_case": False})
    write("1_Pooling/config.json", {"word_embedding_dimension": 20, "pooling_mode_mean_tokens": True})
    write("modules.json", [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    ])
    st = SentenceTransformer(str(HERE), device="cpu")
    assert type(st[0].auto_model).__name__ == "MegatronBertModel"
    write("expected.json", {
        "texts": TEXTS,
        "ids": [st.tokenizer(t, truncation=True, max_length=32)["input_ids"] for t in TEXTS],
        "embeddings": [[float(x) for x in st.encode([t])[0]] for t in TEXTS],
        "tokens_2": [[float(x) for x in row] for row in st.encode([TEXTS[2]], output_value="token_embeddings")[0]],
    })


if __name__ == "__main__":
    main()
