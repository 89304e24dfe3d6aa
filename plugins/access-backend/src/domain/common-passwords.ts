/**
 * The most common passwords of ten and more characters in published leaks, in lower case. Shorter ones are refused by length already. The list is
 * small on purpose: it stops what is guessed first, online; argon2id stands against the rest.
 */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  `
  0123456789 0987654321 1029384756 1122334455 1231231231 123123123123 1234554321 1234567890 12345678901 123456789012 1234567890123
  12345678910 1234567891 123456789a 123456789q 12345qwert 1234qwerasdf 1234qwer1234 1357924680 1478963250 147258369 1472583690 1a2b3c4d5e
  1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc 1qazxsw23edc 9876543210 987654321a a123456789 a1b2c3d4e5 aa12345678 aaaaaaaaaa abc123456789
  abcd123456 abcdefghij abcdefghijk admin12345 admin123456 administrator adminadmin alexander1 asdf123456 asdfasdfasdf asdfghjkl1 asdfghjkl;
  asdfghjklqwertyuiop asdfjkl;asdfjkl; babygirl12 backstreet bangladesh barcelona1 basketball basketball1 blink182blink butterfly1 changeme123
  changemenow charlie123 chocolate1 christopher cinderella computer12 contraseña cristina12 default123 elizabeth1 enterprise facebook123
  football12 football123 fuckyou123 gabriel123 g_czechout hello12345 helloworld helloworld1 iloveyou12 iloveyou123 iloveyou22 iloveyouso
  iloveyousomuch internet12 jennifer12 jonathan12 justinbieber letmein123 letmein1234 letmeinnow liverpool1 liverpool123 manchester
  manchesterunited master1234 michael123 michelle12 mickeymouse monkey1234 mypassword mypassword1 newpassword ninja12345 p@ssw0rd123
  p@ssword123 pa55word123 passpass12 passw0rd12 passw0rd123 passw0rd1234 password00 password01 password10 password11 password12 password12!
  password123 password123! password1234 password12345 password123456 password1! password1234! password!! password2020 password2021 password2022
  password2023 password2024 password2025 password2026 password99 passwordpassword pokemon123 portugal12 princess12 princess123 q1w2e3r4t5
  q1w2e3r4t5y6 qazwsxedcrfv qwaszx1234 qwer123456 qwer1234qwer qwert12345 qwerty1234 qwerty12345 qwerty123456 qwerty123456789 qwertyqwerty
  qwertyuiop qwertyuiop1 qwertyuiop123 qwertyuiop[] qwertyuiopasdfghjkl rockyou123 samsung123 sebastian1 secret1234 snickers12 spiderman1
  starwars123 strawberry summer2023 summer2024 summer2025 summer2026 sunshine12 sunshine123 superman12 superman123 sweetheart testtest12 test123456
  test1234567 testing123 thomas1234 trustno1trustno1 unbelievable valentina1 volleyball welcome123 welcome1234 welcome12345 whatever12 william123
  winter2023 winter2024 winter2025 winter2026 wordpass12 zaq12wsxcde zaq1zaq1zaq1 zxcvbnm123 zxcvbnm1234 zxcvbnm,./ zxcvbnmasdfghjkl
  `
    .split(/\s+/)
    .filter(word => word !== ''),
);
