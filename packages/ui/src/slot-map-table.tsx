import { COMPACT_METRICS, layoutNode, slicesOf, stateWords, type SlotMapNode } from './slot-map-model';

/** The same as the picture, in rows: for readers, for copying, for screens too small for it. */
export function SlotTable({ nodes, label }: { nodes: readonly SlotMapNode[]; label: string }) {
  const slices = slicesOf(nodes);
  const hasVf = slices.some(slice => slice.vf !== undefined);
  const hasNvme = slices.some(slice => slice.nvme !== undefined);
  return (
    <div className="pt-table-frame">
      <table className="pt-table pt-table-dense pt-slot-table" aria-label={label}>
        <thead>
          <tr>
            <th scope="col">Node</th>
            <th scope="col">NUMA</th>
            <th scope="col">GPU</th>
            <th scope="col">State</th>
            {hasVf && <th scope="col">Virtual function</th>}
            {hasNvme && <th scope="col">NVMe</th>}
            <th scope="col">Detail</th>
          </tr>
        </thead>
        <tbody>
          {nodes.flatMap(node =>
            layoutNode(node, COMPACT_METRICS).cells.map(cell => (
              <tr key={`${node.id}-${cell.slice.id}`}>
                <td className="pt-mono">{node.label}</td>
                <td>{cell.numa.label}</td>
                <td>{[cell.gpu.label, cell.slice.label].filter(Boolean).join(' / ')}</td>
                <td>{stateWords(cell.slice).join(', ')}</td>
                {hasVf && <td className="pt-mono">{cell.slice.vf ?? '–'}</td>}
                {hasNvme && <td className="pt-mono">{cell.slice.nvme ?? '–'}</td>}
                <td>{[cell.slice.reason, cell.slice.detail].filter(Boolean).join(' ') || '–'}</td>
              </tr>
            )),
          )}
          {nodes.flatMap(node =>
            node.numa.flatMap(numa =>
              numa.gpus
                .filter(gpu => gpu.slices.length === 0)
                .map(gpu => (
                  <tr key={`${node.id}-${gpu.id}`}>
                    <td className="pt-mono">{node.label}</td>
                    <td>{numa.label}</td>
                    <td>{gpu.label}</td>
                    <td>Left out</td>
                    {hasVf && <td>–</td>}
                    {hasNvme && <td>–</td>}
                    <td>–</td>
                  </tr>
                )),
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}
