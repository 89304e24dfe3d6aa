const brands: Readonly<Record<string, string>> = {
  amex: 'American Express',
  mastercard: 'Mastercard',
  sepa_debit: 'SEPA debit',
  us_bank_account: 'Bank account',
  visa: 'Visa',
};

/** `Visa •••• 4242`. A brand nobody wrote down is called what the provider calls it. */
export function methodWords({ brand, last4 }: { brand: string; last4: string }): string {
  return `${brands[brand.toLowerCase()] ?? brand} •••• ${last4}`;
}
