import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useApi } from '@backstage/frontend-plugin-api';
import { apiClientRef } from '@portico/plugin-kit/ui';
import {
  Banner,
  Dialog,
  DownloadIcon,
  formatDuration,
  IconButton,
  LinkButton,
  PauseIcon,
  PlayIcon,
  SegmentedControl,
  Slider,
  Spinner,
} from '@portico/ui';
import type { TerminalHandle } from '@portico/ui/terminal';
import { workloadPage } from '../pages';
import { readCast } from './asciicast';
import type { Cast } from './asciicast';
import { CastScreen } from './cast-screen';
import './player.css';
import { flawText } from './recording-words';
import type { Recording } from './recording-words';

const TerminalView = lazy(() => import('@portico/ui/terminal'));

const speeds = ['1', '2', '5', '20'] as const;
type Speed = (typeof speeds)[number];

/** What a terminal showed, played as it happened. */
export default function PlayerDialog(props: { workloadName: string; recording: Recording; onClose: () => void }) {
  const { recording, onClose } = props;
  const api = useApi(apiClientRef);
  const args = useMemo(() => ({ params: { recording_id: recording.recording_id } }), [recording.recording_id]);
  const [loaded, setLoaded] = useState<{ cast: Cast } | { problem: string } | null>(null);
  // Not through the cache: every look at it is in the audit, so it is read when somebody looks and not again by itself.
  useEffect(() => {
    const leaving = new AbortController();
    api.call(workloadPage.operations.replayRecording, args, { signal: leaving.signal }).then(
      text => {
        const cast = readCast(text);
        setLoaded(cast === null ? { problem: 'The recording cannot be read.' } : { cast });
      },
      (error: Error) => {
        if (!leaving.signal.aborted) setLoaded({ problem: error.message });
      },
    );
    return () => leaving.abort();
  }, [api, args]);
  const flaw = flawText(recording);
  return (
    <Dialog isOpen onClose={onClose} title={`Recording of ${props.workloadName}`} size="full">
      {loaded === null && <Spinner label="Reading the recording" />}
      {loaded !== null && 'problem' in loaded && <Banner tone="failed">{loaded.problem}</Banner>}
      {loaded !== null && 'cast' in loaded && (
        <div className="recording-player">
          {flaw !== null && <Banner tone="warning">{flaw}</Banner>}
          <Player
            label={`Recorded screen of ${props.workloadName}`}
            cast={loaded.cast}
            download={{
              href: api.href(workloadPage.operations.replayRecording, args),
              name: `${recording.recording_id}.cast`,
            }}
          />
        </div>
      )}
    </Dialog>
  );
}

function Player(props: { label: string; cast: Cast; download: { href: string; name: string } }) {
  const { label, cast, download } = props;
  const screen = useRef<CastScreen | null>(null);
  const position = useRef(0);
  const [at, setAt] = useState(0);
  const [isPlaying, setPlaying] = useState(() => !matchMedia('(prefers-reduced-motion: reduce)').matches);
  const [isReady, setReady] = useState(false);
  const [speed, setSpeed] = useState<Speed>('1');

  const seek = useCallback((seconds: number) => {
    position.current = seconds;
    setAt(seconds);
    screen.current?.show(seconds);
  }, []);

  const begin = useCallback(
    (terminal: TerminalHandle) => {
      screen.current = new CastScreen(cast, {
        write: text => terminal.write(text),
        // In the order of what is written, which the terminal takes in its own time: RIS begins anew, and a size comes with its turn.
        reset: () => terminal.write('\u001bc'),
        resize: size => terminal.write('', () => terminal.resize(size)),
      });
      setReady(true);
      seek(position.current);
    },
    [cast, seek],
  );

  useEffect(() => {
    if (!isPlaying || !isReady) return undefined;
    let before = performance.now();
    let frame = requestAnimationFrame(function step(now) {
      const next = Math.min(cast.seconds, position.current + (Math.max(0, now - before) / 1000) * Number(speed));
      before = now;
      seek(next);
      if (next >= cast.seconds) setPlaying(false);
      else frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [cast, isPlaying, isReady, seek, speed]);

  const isAtEnd = at >= cast.seconds;
  const toggle = () => {
    if (!isPlaying && isAtEnd) seek(0);
    setPlaying(!isPlaying);
  };
  const timeText = `${formatDuration(Math.floor(at))} of ${formatDuration(Math.ceil(cast.seconds))}`;
  return (
    <>
      <div className="recording-screen">
        <Suspense fallback={<Spinner label="Opening the player" />}>
          <TerminalView
            label={label}
            onInput={() => undefined}
            onReady={begin}
            fixedSize={{ cols: cast.columns, rows: cast.rows }}
            isReadOnly
          />
        </Suspense>
      </div>
      <div className="recording-controls" role="group" aria-label="Playback">
        <IconButton icon={isPlaying ? PauseIcon : PlayIcon} label={isPlaying ? 'Pause' : 'Play'} onPress={toggle} />
        <Slider
          label="Position"
          value={at}
          // Whole steps, or the last of them would stop short of the end.
          max={Math.ceil(cast.seconds * 10) / 10}
          step={0.1}
          valueText={timeText}
          onChange={seek}
          isDisabled={cast.seconds === 0}
        />
        <span className="recording-time">{timeText}</span>
        <SegmentedControl
          label="Speed"
          value={speed}
          onChange={setSpeed}
          options={speeds.map(value => ({ value, label: `${value}×` }))}
        />
        <LinkButton to={download.href} download={download.name} icon={DownloadIcon} size="small">
          Download .cast
        </LinkButton>
      </div>
    </>
  );
}
