import { defineErrors } from '@portico/plugin-kit/contract';

export const catalogErrors = defineErrors({
  sku_shape_invalid: {
    status: 422,
    sentence: 'A whole node is sold with whole GPUs; parts of a GPU are for slices.',
  },
  sku_image_unknown: { status: 422, sentence: 'One of the images is not in the catalog.' },
  sku_limit_reached: { status: 422, sentence: 'The catalog holds as many SKUs as it can show.' },
  price_currency_mismatch: { status: 422, sentence: 'The price is in another currency than the one it is set for.' },
  price_currency_repeated: { status: 422, sentence: 'There are two prices in one currency.' },
  price_begins_in_the_past: {
    status: 422,
    sentence: 'A price holds from now on or from a later instant; what was charged until now stays as it was.',
  },
  price_already_scheduled: {
    status: 409,
    sentence: 'Another price in this currency begins at that very instant; take that one back first.',
  },
  price_has_begun: {
    status: 409,
    sentence: 'Only a price that has not begun can be taken back; set another one instead.',
  },
  image_digest_required: {
    status: 422,
    sentence: 'An image from a registry is named by its digest, so that every node runs the same.',
  },
  image_source_required: { status: 422, sentence: 'A digest says nothing without the source it is of.' },
  image_limit_reached: { status: 422, sentence: 'The catalog holds as many images as it can show.' },
  image_is_default: {
    status: 409,
    sentence: 'This is the image offered first; make another one the default before you withdraw it.',
  },
  image_withdrawn: { status: 409, sentence: 'An image that is not offered cannot be the default; offer it first.' },
});
