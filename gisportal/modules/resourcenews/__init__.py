"""News of a resource (R11): お知らせ, 行事, ボランティア募集 … with photos and video."""
