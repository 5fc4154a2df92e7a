const NAMES =
  "CreditCardNumber|SSN|EIN|VendorTaxIdent|TaxRegistrationNumber|BankNumber|AccountNumber|MerchantAccountNumber|PagerPIN";
const CONFIDENTIAL = new RegExp(`^(?:${NAMES})$|password`, "i");
const NAME = new RegExp(`^(?:${NAMES})$`);
const MENTIONED = new RegExp(`\\b(?:${NAMES})\\b|password`, "i");
const QUOTED = /"([^"]*)"/g;
const NUMBER = /\d[\d -]{2,}\d/g;

/** True for card numbers, tax ids, accounts at banks and the like, which belong in no message. */
export function isConfidential(element: string): boolean {
  return CONFIDENTIAL.test(element);
}

/** What QuickBooks says, but where it speaks of a confidential field, without the values that it quotes. */
export function withoutConfidential(message: string): string {
  if (!MENTIONED.test(message)) return message;
  return message
    .replace(QUOTED, (quoted, text: string) => (NAME.test(text) ? quoted : '"(hidden)"'))
    .replace(NUMBER, "(hidden)");
}
