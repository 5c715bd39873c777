/** Replaces every run of 12 to 27 digits: long enough for a payment code or a card, shorter than a transaction id. */
export function redactCodes(text: string): string {
  return text.replace(/(?<!\d)\d{12,27}(?!\d)/g, '[redacted]')
}
