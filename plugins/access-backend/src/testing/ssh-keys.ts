/** Public keys made by `ssh-keygen`, with the fingerprints `ssh-keygen -l` prints. Their private halves were thrown away. */
export const keys = {
  ed25519: {
    type: 'ssh-ed25519',
    fingerprint: 'SHA256:9Vj+iQSV7lZcSAoar7+ZK/R+9yJbYhW9UbIaXpdS920',
    line: 'ssh-ed25519 ' + 'AAAAC3NzaC1lZDI1NTE5AAAAIJnWBxg9qCOOsew8JffWYvlK07bXfyqGJI+OvaXAb6YU',
  },
  ecdsa256: {
    type: 'ecdsa-sha2-nistp256',
    fingerprint: 'SHA256:1nz0zRNNVeYs6SYyj5kWX5jwqjtbOcuBXKf4qsmbulg',
    line:
      'ecdsa-sha2-nistp256 ' +
      'AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBO8fWCOTxH0Ew/lNZppQy1VoVtQQQ2hrRVyUB4n9NdHnWMM6doyGs67qDUDh72qphUZJ' +
      'ulomYhhjIPjNL36B99Q=',
  },
  ecdsa384: {
    type: 'ecdsa-sha2-nistp384',
    fingerprint: 'SHA256:V9Fay08QGRmJ4boK9kSMNs1LCehxAKvd4gMn8jzitj4',
    line:
      'ecdsa-sha2-nistp384 ' +
      'AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBB8J0kYuNQv6OURjYBtVJnJPsPbV1Z+42WQS9+koG6C+YGdJFch2L5sCdps4+us4P2Hs' +
      'fToRp9a4UnIbJxBxAKl+/dvD0hzlZae6P24z8k2bKO5Tib/E/tSzsvAGcYWZsQ==',
  },
  ecdsa521: {
    type: 'ecdsa-sha2-nistp521',
    fingerprint: 'SHA256:Rcz7XJdl6lS8YrY8u6EW3SKYY9BBdVnBgl9EAb2oJVg',
    line:
      'ecdsa-sha2-nistp521 ' +
      'AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAAlfkBvRXIIch7/Xo+YPPYFVvbLSSEGBGibtgYBmo0Rs7mHWZJpuD7VFvu+9t/AXR9G' +
      'LN/zPv5r8rmOeh9mhtXZHAHvD4jBFsWQmN+uEQ7fWFdBkqkLiajj63/V4NNy8ObJ3vVEPIcZvBdztUTeECxKwCRp82Uthx37jL13qk6/VT5R2A==',
  },
  rsa2048: {
    type: 'ssh-rsa',
    fingerprint: 'SHA256:6tcuPxujbDYMiDAkjJqNYNNfClgcGKgAp7pMYAo4Mkg',
    line:
      'ssh-rsa ' +
      'AAAAB3NzaC1yc2EAAAADAQABAAABAQCuKGz2RIUFB+iBpJj9OJWqC6A07Yaals4pge9JKOxFOnWcw+C+sMpcqL6iialWsX2g7ql2igP4NCdXolvk8mRLTG5/' +
      'ox/n4A5NyKaV5rsXr7MICIfJ2lnPNECIKeqvWc+N8tTrkShWhf+ZJXE9ATIPNjGZsxkw9Ro+862AhgDLwO/Xk9/sjBxACV30sxqUA63hAw4wwIfCyy0aZ4Jp' +
      'cL/5Vol2mOho6ZPYH+YhygLI+l2w9+/S930DzmA3FM4B3yrnYAE5onNCrW2Wsxb3enh5Jc4KxPA3uZYsdLasDBmZjZI1hsl8X6wfCmg+StqP9CikxAeowmWr' +
      'ZRN4gnBTgVmz',
  },
  rsa1024: {
    type: 'ssh-rsa',
    fingerprint: 'SHA256:W9pjCvtY4jhDRjK07+gUixTSr1cbs3L5YsYGjo0sx7A',
    line:
      'ssh-rsa ' +
      'AAAAB3NzaC1yc2EAAAADAQABAAAAgQCsCbiFEdgHFu5c6+lWQPnEwxuMatsfqv6ICSIjONRaTJxR/fUh1+nSqjq9l97GttJ28oEcGXZZRN6sbWnXfMSbtxGB' +
      'mrQ6VGMoFTkBhG4v+aKkTFxLmTM+iWd0lrOOZM+UNsGJPQ0duLiyyxyJAIlIpao9sQKcN/y8s4lRJgFofQ==',
  },
  dsa: {
    type: 'ssh-dss',
    fingerprint: 'SHA256:yzd4E7moSliOQiXmbEzbWZcGqO35Bv4uM7VSzQBBZD8',
    line:
      'ssh-dss ' +
      'AAAAB3NzaC1kc3MAAACBAJO8cDcXXAtK5nAaOj0X71pmfjD4A0YukdNilHHjw0j84UGUK9lBdFEBrz/81womnrWLt/baNi0bct9P6cyew3X5eeB6H/fH16ji' +
      '5fBlNhi1XFshEJXLF//1c5ZE4NcJBNtEyu6/JcJZ8kjePwd3Qy0njOt2oOfIO1gAsPPrqz8HAAAAFQDxwsnXfmZor+iHTrvrT/LpA+A3zQAAAIBUUlA9CH9/' +
      'PND0D3NLrM0Hrm0y3ydDQF1O6x28PHc4Zj8i+697BBNXJ3epmpNTZWB7QgcUmZJbkLV0Y0lISvF7c4cvLaStRFV+dgjeM84m1M/jMzOhENrvtzKXaMkk8oYL' +
      'j9hJOrhOwVpyBvoZ5OqcRzeY4bG6IBpbuzmjDSc4SQAAAIARN9cwThCZxEEoxTkDfmhyA0DHf7/4pfgpI5ddvygJb0357myZWAaXwpCDwzrMrfDUd0IYKaLE' +
      '3conV5qnDGuYFGz9dT/FMurmAsNA2ENMAmIhIClBHAkhOWMgdk4TauhQIWjirFv8vlb2pTxjsheYMOP2TpojVN7VB9wR47GIbw==',
  },
} as const;
