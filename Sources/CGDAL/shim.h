#pragma once
#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <gdal_alg.h>
#include <gdal_utils.h>
#include <gdalwarper.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>

/* CPLError is variadic, so Swift cannot see it: reports a message as GDAL itself would. */
static inline void rs_cpl_error(CPLErr class, CPLErrorNum number, const char *message) {
  CPLError(class, number, "%s", message);
}
