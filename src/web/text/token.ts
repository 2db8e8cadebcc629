/** What a token of tokens.css is in the colours that are shown now, for what is drawn by hand. */
export const token = (name: `--${string}`): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim()
