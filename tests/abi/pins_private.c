/* Pins of private training: see pins.c. */
#include "pins.h"

SIZE(recveil_private_shape, 24);
AT(recveil_private_shape, struct_size, 0);
AT(recveil_private_shape, flags, 4);
AT(recveil_private_shape, n_items, 8);
AT(recveil_private_shape, n_catalogue, 12);
AT(recveil_private_shape, catalogue, 16);
WIDTH(recveil_private_shape, catalogue, 8);

SIZE(recveil_private_stats_info, 24);
AT(recveil_private_stats_info, struct_size, 0);
AT(recveil_private_stats_info, flags, 4);
AT(recveil_private_stats_info, n_items, 8);
AT(recveil_private_stats_info, n_catalogue, 12);
AT(recveil_private_stats_info, n_people, 16);
WIDTH(recveil_private_stats_info, n_people, 8);

SIZE(recveil_private_bounds, 32);
AT(recveil_private_bounds, struct_size, 0);
AT(recveil_private_bounds, flags, 4);
AT(recveil_private_bounds, epsilon, 8);
AT(recveil_private_bounds, auc, 16);
AT(recveil_private_bounds, tpr, 24);
WIDTH(recveil_private_bounds, tpr, 8);

SIZE(recveil_private_budget, 64);
AT(recveil_private_budget, struct_size, 0);
AT(recveil_private_budget, flags, 4);
AT(recveil_private_budget, mu, 8);
AT(recveil_private_budget, mu_release, 16);
AT(recveil_private_budget, mu_spent, 24);
AT(recveil_private_budget, delta, 32);
AT(recveil_private_budget, n_people, 40);
AT(recveil_private_budget, n_releases, 48);
AT(recveil_private_budget, n_left, 56);
WIDTH(recveil_private_budget, n_left, 8);

SIZE(recveil_private_training, 48);
AT(recveil_private_training, struct_size, 0);
AT(recveil_private_training, flags, 4);
AT(recveil_private_training, release, 8);
AT(recveil_private_training, kind, 16);
AT(recveil_private_training, d, 20);
AT(recveil_private_training, progress, 24);
WIDTH(recveil_private_training, progress, 24);

SIZE(recveil_private_model_info, 72);
AT(recveil_private_model_info, struct_size, 0);
AT(recveil_private_model_info, flags, 4);
AT(recveil_private_model_info, release, 8);
AT(recveil_private_model_info, mu, 16);
AT(recveil_private_model_info, n_items, 24);
AT(recveil_private_model_info, n_catalogue, 28);
AT(recveil_private_model_info, n_above_noise, 32);
AT(recveil_private_model_info, reserved, 36);
AT(recveil_private_model_info, catalogue_share, 40);
AT(recveil_private_model_info, catalogue, 48);
AT(recveil_private_model_info, counts, 56);
AT(recveil_private_model_info, fold, 64);
WIDTH(recveil_private_model_info, fold, 8);
