import hashlib
import re

from ingest.dictionary import MODELS, is_word, word_share


def test_the_models_are_the_ones_the_readme_names():
    stated = dict(re.findall(r"`(\w+\.traineddata)` \|[^|]*\| `([0-9a-f]{64})`", (MODELS / "README.md").read_text()))

    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in MODELS.glob("*.traineddata")}

    assert found == stated
    assert len(found) == 2


def test_the_dictionary_inside_the_model_knows_words_and_not_noise():
    assert all(is_word(word) for word in ("the", "Council", "placement", "children's", "safeguarding"))
    assert not any(is_word(word) for word in ("xxzq", "tlhke", "lllli"))
    assert all(is_word(word, "cym") for word in ("ysgol", "Cymru", "gŵyr"))


def test_nothing_has_no_known_words():
    assert word_share([]) == 0.0
