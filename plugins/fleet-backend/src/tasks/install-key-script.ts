/**
 * `$1` login, `$2` key to add. Runs as root, leaves every other key and the modes of what is there alone, and replaces the file in one step, so that nobody is locked out half way.
 */
export const installKeyScript = `
set -eu
home=$(getent passwd "$1" | cut -d: -f6)
[ -n "$home" ] || { echo "there is no user $1" >&2; exit 1; }
folder=$home/.ssh file=$home/.ssh/authorized_keys
if [ ! -d "$folder" ]; then mkdir -m 700 "$folder" && chown "$1:" "$folder"; fi
if [ ! -e "$file" ]; then (umask 077 && : >"$file") && chown "$1:" "$file"; fi
if grep -qxF "$2" "$file"; then echo "Portico's key is in $file already."; exit 0; fi
cp -p "$file" "$file.portico"
if [ -n "$(tail -c 1 "$file.portico")" ]; then echo >>"$file.portico"; fi
printf '%s\\n' "$2" >>"$file.portico"
mv "$file.portico" "$file"
echo "Portico's key is in $file."
`;

/** `$1` login, `$2` key of Portico's to remove. */
export const removeKeyScript = `
set -eu
file=$(getent passwd "$1" | cut -d: -f6)/.ssh/authorized_keys
[ -e "$file" ] || exit 0
cp -p "$file" "$file.portico"
{ grep -vxF "$2" "$file" || true; } >"$file.portico"
mv "$file.portico" "$file"
`;
