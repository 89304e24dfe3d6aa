import { useOperation } from '@portico/plugin-kit/ui';
import { CommandLine, DownloadIcon, Id, KeyValueList, LinkButton, Panel, Stack } from '@portico/ui';
import { ledgerPage } from '../pages';

/** How an auditor checks the books without this portal. Quiet while nobody can say whose key it is. */
export function VerifyPanel({ exportTo }: { exportTo: string | null }) {
  const key = useOperation(ledgerPage, 'getLedgerKey', {});
  return (
    <Panel
      title="Check the books yourself"
      description="Each entry is chained to the one before it and signed from time to time: whoever has the file finds any change, without this portal."
      actions={
        exportTo !== null && (
          <LinkButton to={exportTo} icon={DownloadIcon} size="small" download="ledger.jsonl">
            Whole ledger
          </LinkButton>
        )
      }
    >
      <Stack>
        <CommandLine label="command that verifies" command="npm run ledger:verify -- ledger.jsonl" />
        {key.data !== undefined && (
          <KeyValueList
            items={[
              { label: 'Signed by the key with fingerprint', value: <Id value={key.data.fingerprint} /> },
              { label: 'The key itself', value: <PublicKeyLink pem={key.data.public_key} /> },
            ]}
          />
        )}
      </Stack>
    </Panel>
  );
}

/** Made from what is shown already: an address of the portal would answer with JSON. */
function PublicKeyLink({ pem }: { pem: string }) {
  return (
    <a className="pt-link" href={`data:application/x-pem-file,${encodeURIComponent(pem)}`} download="ledger-key.pem">
      Download the public key
    </a>
  );
}
