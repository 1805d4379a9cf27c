from __future__ import annotations

from mlops_desktop.serving import rate_limit
from mlops_desktop.serving.rate_limit import TokenBucket


def test_a_bucket_lets_through_what_its_rate_says(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(rate_limit, "monotonic", lambda: now[0])
    bucket = TokenBucket(60)
    assert [bucket.take() for _ in range(12)] == [0] * 10 + [1, 1]
    now[0] = 1.0
    assert [bucket.take(), bucket.take()] == [0, 1]
    slow = TokenBucket(2)
    assert [slow.take(), slow.take()] == [0, 30]
    passed = 0
    for second in range(600):
        now[0] = 100.0 + second / 10
        passed += bucket.take() == 0
    assert passed == 10 + 59
