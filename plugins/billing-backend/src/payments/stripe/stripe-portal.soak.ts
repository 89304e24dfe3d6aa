import { startStripePortal } from '../../testing/stripe-portal';
import { tellStripeStory } from '../../testing/stripe-story';

/** Stories per portal: the books are checked as a whole at every step, which takes longer the more there are. */
const STORIES_PER_PORTAL = 25;
const PORTALS = { sqlite: 8, postgres: 4 } as const;
const SOAK_MILLISECONDS = 1_800_000;

describe.each(['sqlite', 'postgres'] as const)('a portal with Stripe on %s', database => {
  test(
    'events shuffled, repeated, lost and told again give the balance that Stripe has',
    async () => {
      for (let batch = 0; batch < PORTALS[database]; batch += 1) {
        const portal = await startStripePortal(database);
        try {
          for (let story = 0; story < STORIES_PER_PORTAL; story += 1)
            await tellStripeStory(portal, 1_000 + batch * STORIES_PER_PORTAL + story);
        } finally {
          await portal.stop();
        }
      }
    },
    SOAK_MILLISECONDS,
  );
});
