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
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/* CPLError is variadic, so Swift cannot see it: reports a message as GDAL itself would. */
static inline void rs_cpl_error(CPLErr class, CPLErrorNum number, const char *message) {
  CPLError(class, number, "%s", message);
}

/* Blocks of GDAL's and buffers of windows go back to the system when they are freed: glibc would
   raise its threshold to the largest of them, and keep what is smaller. */
static inline void rs_return_freed_memory(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 128 * 1024);
#endif
}
