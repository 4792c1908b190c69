"""Everything shaped by a Telegram update: commands, buttons, texts, rendering to Telegram HTML."""
